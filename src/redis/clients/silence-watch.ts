import { loopNow } from "../../internal/loop-clock.js";
import type { IoredisClient } from "./open-ioredis.js";

/** Maximum interval between two checks. */
const MAX_INTERVAL_MS = 250;

/** Parts of an ioredis connection that this file uses. */
interface Connection {
  stream?: { bytesRead: number; destroy(error: Error): unknown };
  commandQueue: { length: number };
}

/**
 * Closes connections to a server that accepts commands but does not reply: it is frozen, or disappeared without
 * closing the connection. Commands that it has not read are dropped with the connection, and the next attempt may
 * reach another server.
 *
 * Replaces the `socketTimeout` of ioredis, which also closes a connection if replies have arrived but a blocked event
 * loop could not read them.
 * @param limitMs Maximum time without a byte from the server while a command waits for a reply.
 */
export function watchSilence(client: IoredisClient, limitMs: number): void {
  const silences = new WeakMap<Connection, { bytesRead: number; since: number }>();
  const check = (connection: Connection) => {
    const { stream, commandQueue } = connection;
    if (stream === undefined || commandQueue.length === 0) return silences.delete(connection);
    const { bytesRead } = stream;
    const silence = silences.get(connection);
    const now = loopNow();
    if (silence?.bytesRead !== bytesRead) return silences.set(connection, { bytesRead, since: now });
    if (now - silence.since >= limitMs) stream.destroy(new Error(`no data from Redis for ${limitMs} ms`));
  };
  const checkAll = () => {
    const nodes = "nodes" in client ? client.nodes() : [client];
    for (const node of nodes) check(node);
  };
  const interval = setInterval(checkAll, Math.min(MAX_INTERVAL_MS, Math.ceil(limitMs / 8))).unref();
  client.once("end", () => clearInterval(interval));
}
