import { knownOptions, optionsObject } from "../internal/validation.js";
import type { SessionData } from "../store.js";
import { isRedisClient } from "./clients/driver-of.js";
import { connect } from "./connect.js";
import { REDIS_SETTINGS, type RedisStoreOptions } from "./options.js";
import { RedisRecords } from "./redis-records.js";

/**
 * Stores sessions in Redis or Valkey: a single server, Sentinel or Cluster. Each session is one Redis string, the
 * text of the codec, with a Redis expiry. connect-redis 7 to 10 use the same format. For the sessions of a user, use
 * `createStore(url, { userIdOf })` or `createStore({ client, userIdOf })`.
 * @example
 * const store = new RedisStore({ url: "redis://localhost:6379" });
 */
export class RedisStore<T extends object = SessionData> extends RedisRecords<T> {
  /** @throws TypeError that names the option that is not valid. */
  constructor(options: RedisStoreOptions) {
    if (isRedisClient(options)) throw new TypeError("RedisStore received a client: pass { client }");
    optionsObject("RedisStore", options, '{ url: "redis://localhost:6379" }');
    knownOptions("RedisStore", options, ["url", "client", ...REDIS_SETTINGS]);
    const { url, client } = options;
    if ((url === undefined) === (client === undefined))
      throw new TypeError(
        `RedisStore requires either url or client; received ${url === undefined ? "neither" : "both"}`,
      );
    const { connection, settings } = connect(options);
    super(connection, settings);
  }
}
