import type { Redis } from "ioredis";
import { createStore, type UserSessionStore } from "sessionary";
import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { userIdOf } from "../../users/stores.js";
import { Tally } from "./tally.js";
import { sessionOf } from "./user-operations.js";

const TIMEOUT_MS = 2_000;
const PER_USER = 3;
/** Room for about 2,000 sessions with their index. */
const ROOM_BYTES = 2_000_000;
const AT_ONCE = 50;

/** What a Redis does that is full. */
export const POLICIES = [
  "allkeys-lru",
  "volatile-ttl",
  "allkeys-random",
  "volatile-lru",
  "noeviction",
] as const;
export type Policy = (typeof POLICIES)[number];

/** A Redis that sign-ins have filled to its maxmemory and far beyond. Then it gets all the room it needs. */
export class FullRedis {
  readonly tally = new Tally(TIMEOUT_MS);
  readonly users: string[];
  readonly store: UserSessionStore;
  readonly raw: Redis;
  readonly server: RedisServer;

  private constructor(server: RedisServer, users: number) {
    this.server = server;
    this.raw = server.client();
    this.users = Array.from({ length: users }, (_, n) => `user-${n}`);
    this.store = createStore({ url: server.url, userIdOf, timeoutMs: TIMEOUT_MS });
  }

  static async start(policy: Policy, users: number): Promise<FullRedis> {
    const full = new FullRedis(await startRedis({ config: [`maxmemory-policy ${policy}`] }), users);
    await full.#fill();
    return full;
  }

  /** How many keys Redis has evicted. */
  async evicted(): Promise<number> {
    return Number(/evicted_keys:(\d+)/.exec(await this.raw.info("stats"))?.[1]);
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.server.close();
  }

  async #fill(): Promise<void> {
    const used = Number(/used_memory:(\d+)/.exec(await this.raw.info("memory"))?.[1]);
    await this.raw.config("SET", "maxmemory", used + ROOM_BYTES);
    for (let n = 0; n < PER_USER; n++) {
      for (let start = 0; start < this.users.length; start += AT_ONCE) {
        await Promise.all(this.users.slice(start, start + AT_ONCE).map((user) => this.#signIn(user, n)));
      }
    }
    await this.raw.config("SET", "maxmemory", 0);
  }

  async #signIn(user: string, n: number): Promise<void> {
    const session = sessionOf(`${user}-${n}`, user);
    const entry = { ...session, data: { ...session.data, text: "x".repeat(500) } };
    await this.tally.call("create", () => this.store.create(`${user}-${n}`, entry));
  }
}
