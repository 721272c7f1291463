import { singleClock } from "../internal/clock.js";
import type { UserOptions } from "../users/options.js";
import { UserSessionStore } from "../users/user-session-store.js";
import { connect } from "./connect.js";
import type { RedisStoreOptions } from "./options.js";
import { RedisRecords } from "./redis-records.js";
import { RedisUserIndex } from "./redis-user-index.js";

/** Store of `createStore` for Redis, with the user options. */
export class RedisUserStore<T extends object> extends UserSessionStore<T> {
  constructor(options: RedisStoreOptions & UserOptions<T>) {
    const { connection, settings } = connect(options);
    super(
      new RedisRecords<T>(connection, settings),
      new RedisUserIndex(connection, settings.prefix),
      options,
      { clock: singleClock(() => Date.now()), withDeadline: (task) => connection.within(task) },
    );
  }
}
