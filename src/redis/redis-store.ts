import { knownOptions, optionsObject } from "../internal/validation.js";
import type { SessionData } from "../store.js";
import { singleClock } from "../internal/clock.js";
import { UserSessionStore } from "../users/user-session-store.js";
import { type RedisClient, driverOf, isRedisClient } from "./clients/driver-of.js";
import { OwnDriver } from "./clients/own-driver.js";
import { Connection } from "./connection.js";
import { RedisRecords } from "./redis-records.js";
import { RedisUserIndex } from "./redis-user-index.js";
import { REDIS_SETTINGS, type RedisStoreSettings, checkRedisSettings, fromQuery } from "./options.js";
import { parseRedisUrl } from "./url.js";

/** Options for a RedisStore. Requires either `url` or `client`. */
export interface RedisStoreOptions<T extends object = SessionData> extends RedisStoreSettings<T> {
  /**
   * URL of Redis. The store opens its own connection and closes it. The query may set `prefix`, `timeoutMs` and
   * `maxPayloadBytes`.
   */
  url?: string;
  /** A client that you created. The store does not close it. */
  client?: RedisClient;
}

/**
 * Stores sessions in Redis or Valkey: a single server, Sentinel or Cluster. Each session is one Redis string, the
 * text of the codec, with a Redis expiry. connect-redis 7 to 10 use the same format.
 * @example
 * const store = new RedisStore({ url: "redis://localhost:6379" });
 * /
 */
export class RedisStore<T extends object = SessionData> extends UserSessionStore<T> {
  /** @throws TypeError that names the option that is not valid. */
  constructor(options: RedisStoreOptions<T>) {
    if (isRedisClient(options)) throw new TypeError("RedisStore received a client: pass { client }");
    optionsObject("RedisStore", options, '{ url: "redis://localhost:6379" }');
    knownOptions("RedisStore", options, ["url", "client", ...REDIS_SETTINGS]);
    const { url, client } = options;
    if ((url === undefined) === (client === undefined))
      throw new TypeError(
        `RedisStore requires either url or client; received ${url === undefined ? "neither" : "both"}`,
      );
    const handedIn = client === undefined ? undefined : driverOf(client);
    if (url !== undefined && typeof url !== "string") throw new TypeError("url must be a string");
    const parsed = url === undefined ? undefined : parseRedisUrl(url);
    const settings = { ...(parsed && fromQuery(url!, parsed.params)), ...options };
    const { prefix, timeoutMs, maxPayloadBytes, codec, redisOptions } = checkRedisSettings(settings);
    if (handedIn !== undefined && options.redisOptions !== undefined)
      throw new TypeError(
        "redisOptions requires url: set the options of a client that you pass in when you create it",
      );
    const driver = handedIn ?? new OwnDriver(parsed!.address, timeoutMs, redisOptions);
    const connection = new Connection(driver, timeoutMs);
    const records = new RedisRecords<T>(connection, { prefix, maxPayloadBytes, codec });
    super(records, new RedisUserIndex(connection, prefix), options, {
      clock: singleClock(() => Date.now()),
      withDeadline: (task) => connection.within(task),
    });
  }
}
