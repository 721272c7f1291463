import { createServer } from "node:net";

/**
 * A loopback port that nobody listens on; with `offsets`, none of the ports that far above it either.
 *
 * It lies below the range that systems take outgoing ports from. In that range, a client that keeps
 * trying a port whose server is down can be given that very port and so connect to itself.
 */
export async function freePort(offsets: number[] = []): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    const free = await Promise.all([0, ...offsets].map((offset) => isFree(port + offset)));
    if (!free.includes(false)) return port;
  }
  throw new Error("no free port found on 127.0.0.1");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
