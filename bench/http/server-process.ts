// An HTTP server that keeps its sessions in one peer, and says what it used of the processor.
import { serve } from "../children/serve.js";
import { listenExpress } from "./express-app.js";
import { listenFastify } from "./fastify-app.js";
import { type StoreOptions, expressPeer, fastifyPeer } from "./stores.js";

export interface ServerOptions extends StoreOptions {
  framework: "express" | "fastify";
}

const { framework, ...options } = JSON.parse(process.argv[2]!) as ServerOptions;
const { url } =
  framework === "express"
    ? await listenExpress(await expressPeer(options))
    : await listenFastify(await fastifyPeer(options));

/** In microseconds so far, whenever it is asked. */
serve(async () => {
  const { user, system } = process.cpuUsage();
  return user + system;
});
process.send!(url);
