import type { UserOptions } from "../users/options.js";
import { trackingOf } from "../users/tracking.js";
import { UserSessionStore } from "../users/user-session-store.js";
import { MemoryRecords } from "./memory-records.js";
import { MemoryUserIndex } from "./memory-user-index.js";
import { type MemoryStoreOptions, clockOf } from "./options.js";

/** Store of `createStore` for `memory:`, with the user options. */
export class MemoryUserStore<T extends object> extends UserSessionStore<T> {
  constructor(options: MemoryStoreOptions & UserOptions<T>) {
    const clock = clockOf(options);
    const index = new MemoryUserIndex(clock);
    const logins = {
      loginOf: (data: T) => trackingOf(data).login,
      onGone: (login: number) => index.forget(login),
    };
    const records = new MemoryRecords<T>(options, clock, options.userIdOf && logins);
    super(records, index, options, { clock });
  }
}
