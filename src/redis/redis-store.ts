import { knownOptions } from "../internal/validation.js";
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

export interface RedisStoreOptions<T extends object = SessionData> extends RedisStoreSettings<T> {
  /**
   * Where Redis is; the store makes its own connection, and closes it. The query may set `prefix`,
   * `timeoutMs` and `maxPayloadBytes`. Either this or `client`.
   */
  url?: string;
  /** A client of your own, which stays open. Either this or `url`. */
  client?: RedisClient;
}

/**
 * Sessions in Redis: one string for each, the codec's text itself with Redis's own expiry, as
 * connect-redis 7 to 10 write it. Works with a single Redis, Sentinel and Cluster.
 */
export class RedisStore<T extends object = SessionData> extends UserSessionStore<T> {
  /** @throws TypeError naming the option that is not valid. */
  constructor(options: RedisStoreOptions<T>) {
    if (isRedisClient(options)) throw new TypeError("RedisStore received a client: pass { client }");
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
      throw new TypeError("redisOptions requires url: set the options of a client of your own on the client");
    const driver = handedIn ?? new OwnDriver(parsed!.address, timeoutMs, redisOptions);
    const connection = new Connection(driver, timeoutMs);
    const records = new RedisRecords<T>(connection, { prefix, maxPayloadBytes, codec });
    super(records, new RedisUserIndex(connection, prefix), options, {
      clock: singleClock(() => Date.now()),
      withDeadline: (task) => connection.within(task),
    });
  }
}
