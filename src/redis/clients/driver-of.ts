import type { Driver } from "./driver.js";
import { IoredisDriver } from "./ioredis.js";
import type { IoredisClient } from "./open-ioredis.js";

/** Client of your own that a `RedisStore` accepts. */
export type RedisClient = IoredisClient;

/** Drivers of clients in use: stores with the same client share one, and its listeners. */
const drivers = new WeakMap<object, Driver>();

/**
 * Returns the driver for a client. Recognizes a client by its shape, since it may come from another copy of its
 * library.
 * @throws TypeError if the client is not supported.
 */
export function driverOf(client: RedisClient): Driver {
  const { status, sendCommand } = (client ?? {}) as Partial<Extract<RedisClient, { stream: unknown }>>;
  if (typeof status !== "string" || typeof sendCommand !== "function") {
    throw new TypeError(
      "client must be a Redis or a Cluster of ioredis; in place of another client, give its url",
    );
  }
  let driver = drivers.get(client);
  if (driver === undefined) drivers.set(client, (driver = new IoredisDriver(client)));
  return driver;
}
