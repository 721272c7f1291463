import { createStore, type SessionData, type UserOptions, type UserSessionStore } from "sessionary";
import { startRedis, type RedisServer } from "../support/redis-server.js";

/** Whose session it is, in all tests of users: the field `user`. */
export const userIdOf = (data: SessionData) => data.user as string | undefined;

export const entry = (data: SessionData = {}, lifetimeMs = 3_600_000) => ({
  data,
  expiresAt: Date.now() + lifetimeMs,
});

/** Opens the built-in stores, the Redis ones on one server of this test file. */
export class Stores {
  readonly #opened: UserSessionStore[] = [];
  #server: RedisServer | undefined;

  async redis(): Promise<RedisServer> {
    return (this.#server ??= await startRedis());
  }

  async open(kind: "memory" | "redis", options: UserOptions): Promise<UserSessionStore> {
    const store =
      kind === "memory"
        ? createStore("memory:", options)
        : createStore({ url: (await this.redis()).url, ...options });
    this.#opened.push(store);
    return store;
  }

  /** Closes what was opened, and leaves an empty server. */
  async reset(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((store) => store.close()));
    await this.#server?.command("FLUSHALL");
  }

  async close(): Promise<void> {
    await this.reset();
    await this.#server?.close();
  }
}
