import { type Clock, systemClock } from "../internal/clock.js";
import type { LoginEntry, UserIndex } from "../users/user-index.js";
import { type Expiry, MonotonicExpiry } from "./monotonic-expiry.js";

interface Item {
  entry: LoginEntry;
  expiry: Expiry;
}

/** Number of items that each `add` checks, so that expired items are removed in time. */
const CHECKED_PER_ADD = 2;

/** Index of users' sessions in the memory of this process, for a store whose sessions are all in this process. */
export class MemoryUserIndex implements UserIndex {
  /** Items by their login, the oldest first. */
  readonly #items = new Map<number, Item>();
  /** Items of each user, by their login, the oldest first. */
  readonly #users = new Map<string, Map<number, Item>>();
  readonly #clock: Clock;
  readonly #expiry: MonotonicExpiry;
  #lastLogin = 0;
  #check: Iterator<Item> = [].values();

  constructor(clock: Clock = systemClock()) {
    this.#clock = clock;
    this.#expiry = new MonotonicExpiry(clock);
  }

  async add(
    user: string,
    storageId: string,
    expiresAt: number,
    max = Infinity,
  ): Promise<LoginEntry | undefined> {
    this.#removeSomeExpired();
    if (this.#sizeOf(user) >= max) return undefined;
    this.#lastLogin = Math.max(Math.floor(this.#clock.monotonic() * 1_000), this.#lastLogin + 1);
    const entry = { user, storageId, login: this.#lastLogin };
    this.#put(entry, expiresAt);
    return entry;
  }

  async extend({ login }: LoginEntry, expiresAt: number): Promise<boolean> {
    const item = this.#items.get(login);
    if (item !== undefined) item.expiry = this.#expiry.at(expiresAt);
    return item !== undefined;
  }

  async restore(entry: LoginEntry, expiresAt: number): Promise<void> {
    const items = this.#put(entry, expiresAt);
    if (entry.login < this.#lastLogin)
      this.#users.set(entry.user, new Map([...items].sort(([a], [b]) => a - b)));
  }

  async remove({ login }: LoginEntry): Promise<void> {
    this.forget(login);
  }

  async confirm({ user, login }: LoginEntry): Promise<number | undefined> {
    return this.#items.has(login) ? this.#sizeOf(user) : undefined;
  }

  async *list(user: string, { newestFirst = false } = {}): AsyncGenerator<LoginEntry> {
    const items = this.#users.get(user)?.values() ?? [];
    for (const { entry } of newestFirst ? [...items].reverse() : items) {
      if (this.#isLive(entry.login)) yield entry;
    }
  }

  async clear(): Promise<void> {
    this.#items.clear();
    this.#users.clear();
  }

  /** Removes the entry of a login whose session is gone, if the index has the entry. */
  forget(login: number): void {
    const user = this.#items.get(login)?.entry.user;
    if (user === undefined) return;
    this.#items.delete(login);
    const items = this.#users.get(user);
    items?.delete(login);
    if (items?.size === 0) this.#users.delete(user);
  }

  /** Adds an entry as the newest of its user. @returns all items of the user. */
  #put(entry: LoginEntry, expiresAt: number): Map<number, Item> {
    const { user, login } = entry;
    const item = { entry, expiry: this.#expiry.at(expiresAt) };
    this.#items.set(login, item);
    let items = this.#users.get(user);
    if (items === undefined) this.#users.set(user, (items = new Map<number, Item>()));
    return items.set(login, item);
  }

  #sizeOf(user: string): number {
    return this.#users.get(user)?.size ?? 0;
  }

  /** True if the login has an entry that has not expired. Removes an expired one. */
  #isLive(login: number): boolean {
    const item = this.#items.get(login);
    if (item === undefined || !this.#expiry.isOver(item.expiry)) return item !== undefined;
    this.forget(login);
    return false;
  }

  /** Checks the next few items and removes the expired ones. Repeated calls visit all items in turn. */
  #removeSomeExpired(): void {
    for (let checked = 0; checked < CHECKED_PER_ADD; checked++) {
      const next = this.#check.next();
      if (next.done === true) {
        this.#check = this.#items.values();
        return;
      }
      this.#isLive(next.value.entry.login);
    }
  }
}
