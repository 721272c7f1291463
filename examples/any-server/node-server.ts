import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { run } from "./app.js";

/** Starts a server of node:http. */
export async function start(server: Server): Promise<void> {
  server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  run(`http://localhost:${port}`, async () => {
    server.close();
    server.closeIdleConnections();
    await once(server, "close");
  });
}
