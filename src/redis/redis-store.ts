import { jsonCodec } from "../codec.js";
import { codecOption, durationMs, knownOptions, positiveInteger } from "../options.js";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../payload.js";
import type { SessionData } from "../store.js";
import { checkUserOptions } from "../users/options.js";
import { UserSessionStore } from "../users/user-session-store.js";
import { type RedisClient, assertClient, connect } from "./client.js";
import { Connection } from "./connection.js";
import { RedisRecords } from "./redis-records.js";
import { RedisUserIndex } from "./redis-user-index.js";
import { REDIS_SETTINGS, type RedisStoreSettings, fromQuery } from "./settings.js";
import { parseRedisUrl } from "./url.js";

export interface RedisStoreOptions<T extends SessionData = SessionData> extends RedisStoreSettings<T> {
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
export class RedisStore<T extends SessionData = SessionData> extends UserSessionStore<T> {
  /** @throws TypeError naming the option that is not valid. */
  constructor(options: RedisStoreOptions<T>) {
    knownOptions("RedisStore", options, ["url", "client", ...REDIS_SETTINGS]);
    const { url, client } = options;
    if ((url === undefined) === (client === undefined))
      throw new TypeError("RedisStore takes either url or client");
    if (client !== undefined) assertClient(client);
    if (url !== undefined && typeof url !== "string") throw new TypeError("url must be a string");
    const parsed = url === undefined ? undefined : parseRedisUrl(url);
    const {
      prefix = "sess:",
      timeoutMs = 1_000,
      maxPayloadBytes = DEFAULT_MAX_PAYLOAD_BYTES,
      codec = jsonCodec,
    } = { ...(parsed && fromQuery(parsed.params)), ...options };
    if (typeof prefix !== "string") throw new TypeError("prefix must be a string");
    if (prefix === "" && options.userIdOf) throw new TypeError("prefix must not be empty with userIdOf");
    positiveInteger("maxPayloadBytes", maxPayloadBytes);
    codecOption(codec);
    durationMs("timeoutMs", timeoutMs);
    checkUserOptions(options); // before a connection is made
    const connection = new Connection(client ?? connect(parsed!.address, timeoutMs), {
      timeoutMs,
      owned: !client,
    });
    const records = new RedisRecords<T>(connection, { prefix, maxPayloadBytes, codec });
    super(records, new RedisUserIndex(connection, prefix), options, () => Date.now());
  }
}
