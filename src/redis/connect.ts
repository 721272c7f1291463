import { driverOf } from "./clients/driver-of.js";
import { OwnDriver } from "./clients/own-driver.js";
import { Connection } from "./connection.js";
import {
  type CheckedRedisSettings,
  type RedisStoreOptions,
  checkRedisSettings,
  fromQuery,
} from "./options.js";
import { parseRedisUrl } from "./url.js";

/**
 * Returns the connection of a store, which it opens on the first call, and the settings of the options and the URL.
 * @throws TypeError that names the option that is not valid.
 */
export function connect(options: RedisStoreOptions): {
  connection: Connection;
  settings: CheckedRedisSettings;
} {
  const { url, client } = options;
  const handedIn = client === undefined ? undefined : driverOf(client);
  if (url !== undefined && typeof url !== "string") throw new TypeError("url must be a string");
  const parsed = url === undefined ? undefined : parseRedisUrl(url);
  const settings = checkRedisSettings({ ...(parsed && fromQuery(url!, parsed.params)), ...options });
  if (handedIn !== undefined && options.redisOptions !== undefined)
    throw new TypeError(
      "redisOptions requires url: set the options of a client that you pass in when you create it",
    );
  const { timeoutMs, redisOptions } = settings;
  const driver = handedIn ?? new OwnDriver(parsed!.address, timeoutMs, redisOptions);
  return { connection: new Connection(driver, timeoutMs), settings };
}
