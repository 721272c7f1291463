// An HTTP server with the sessions of one peer. It reports what it used of the processor.
import { serve } from "../children/serve.js";
import { type Framework, type PeerOptions, SERVERS, type Servers } from "./servers/index.js";

export interface ServerOptions extends PeerOptions {
  framework: Framework;
  peer: string;
}

const { framework, peer, ...options } = JSON.parse(process.argv[2]!) as ServerOptions;
const servers: Servers = SERVERS[framework];
const { url } = await servers[peer]!(options);

/** In microseconds so far, whenever it is asked. */
serve(async () => {
  const { user, system } = process.cpuUsage();
  return user + system;
});
process.send!(url);
