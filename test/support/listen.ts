import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Lets an HTTP server listen on a free loopback port. Closing it also closes its connections. */
export async function listen(
  server: Server | Parameters<typeof createServer>[1],
): Promise<{ url: string; close: () => void }> {
  const listening = typeof server === "function" ? createServer(server) : server!;
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    close: () => {
      listening.close();
      (listening as Server).closeAllConnections();
    },
  };
}
