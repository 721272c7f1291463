import { createServer } from "node:net";

/** Number of the Vitest worker. Processes that it starts have the same one. */
const WORKER = Number(process.env.VITEST_POOL_ID ?? 0);
/** Number of ports that a worker chooses from, so that none takes the port of a server that another one has stopped. */
const PORTS = 500;
const FIRST = 10_000 + (WORKER % 24) * PORTS;
let next = Math.floor(Math.random() * PORTS);

/**
 * A loopback port that nobody listens on; with `offsets`, none of the ports that far above it either.
 *
 * It lies below the range that systems take outgoing ports from. In that range, a client that keeps
 * trying a port whose server is down can be given that very port and so connect to itself.
 */
export async function freePort(offsets: number[] = []): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST + (next++ % PORTS);
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
