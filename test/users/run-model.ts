import { createStore, type UserSessionStore } from "sessionary";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { type Command, KINDS, UsersModel } from "./model.js";
import { userIdOf } from "./stores.js";
import { passTime } from "./time-travel.js";
import { indexKeyOf } from "../support/user-index-keys.js";

const IDS = [...Array(12).keys()].map((n) => `id-${n}`);
const USERS = ["ann", "bob", "eve"];
const HOUR_MS = 3_600_000;
const OPTIONS = { userIdOf, maxPerUser: 4, absoluteTimeoutMs: 20 * HOUR_MS };
/** Redis's clock goes on while commands run: no session is to end so soon after one. */
const MARGIN_MS = 1_000;
const COMMANDS_PER_CHECK = 25;

/**
 * Runs random commands on the memory store, on the Redis store and on a Map, and compares every answer;
 * and every so often, what Redis's indexes hold. The three share one clock; Redis's own is moved with it.
 * @throws Error naming the seed and the command, when an answer differs.
 * @returns how many commands of each kind ran.
 */
export async function runUsersModel(seed: number, commands: number): Promise<Record<string, number>> {
  const random = mulberry32(seed);
  const pick = <V>(values: readonly V[]): V => values[Math.floor(random() * values.length)]!;
  const server = await startRedis();
  const clock = { now: Date.now() };
  const realNow = Date.now;
  const memory = createStore("memory:", { ...OPTIONS, now: () => clock.now });
  const redis = createStore({ url: server.url, ...OPTIONS, timeoutMs: 10_000 });
  const model = new UsersModel(OPTIONS);
  const ran: Record<string, number> = {};
  // The Redis store reads the system's clock.
  Date.now = () => clock.now;
  try {
    for (let n = 1; n <= commands; n++) {
      const kind = pick(KINDS);
      ran[kind] = (ran[kind] ?? 0) + 1;
      // No two sessions are of one age: which is the oldest must not depend on their names.
      let ms = kind === "pass time" ? Math.floor(random() * 2 * HOUR_MS) : 1;
      while (model.endsBetween(clock.now + ms, clock.now + ms + MARGIN_MS)) ms += MARGIN_MS;
      clock.now += ms;
      await passTime(server, ms);
      const user = pick([undefined, ...USERS]);
      const expiresAt = clock.now + pick([-1_000, HOUR_MS, 3 * HOUR_MS, 30 * HOUR_MS]);
      const entry = { data: { n, ...(user !== undefined && { user }) }, expiresAt };
      const command = { kind, id: pick(IDS), user: user ?? "ann", entry };
      const expected = model.answer(command, clock.now);
      const where = `seed ${seed}, command ${n}: ${JSON.stringify(command)}`;
      for (const [name, store] of Object.entries({ memory, redis })) {
        const actual = await ask(store, command);
        if (JSON.stringify(actual) !== JSON.stringify(expected)) {
          const said = `${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
          throw new Error(`${where}: ${name} said ${said}`);
        }
      }
      if (n % COMMANDS_PER_CHECK === 0 || n === commands)
        for (const each of USERS) await assertIndex(server, each, model.of(each), where);
    }
  } finally {
    Date.now = realNow;
    await Promise.all([memory.close(), redis.close()]);
    await server.close();
  }
  return ran;
}

async function ask(store: UserSessionStore, { kind, id, user, entry }: Command): Promise<unknown> {
  switch (kind) {
    case "create":
      return store.create(id, entry).then(
        () => "created",
        (error: { code: string }) => error.code,
      );
    case "update":
      return (await store.update(id, entry)) !== undefined;
    case "touch":
      return store.touch(id, entry);
    case "get":
      return (await store.get(id))?.data;
    case "destroy":
      return store.destroy(id);
    case "destroyByUser":
      return store.destroyByUser(user, { exceptId: id });
    case "listByUser":
      return (await store.listByUser(user)).map(({ data, createdAt }) => ({ data, createdAt }));
    case "count":
      return store.count();
    case "pass time":
      return undefined;
  }
}

/** A user's index names the live sessions and is gone with the last one; those that have expired may be in it. */
async function assertIndex(server: RedisServer, user: string, ids: string[], where: string): Promise<void> {
  const key = indexKeyOf(user);
  const expired = (await server.command("ZRANGEBYSCORE", key, -(await redisNow(server)), "(0")) as string[];
  const members = (await server.command("ZRANGEBYSCORE", key, "(0", "+inf")) as string[];
  const live = members.filter((member) => !expired.includes(`-${member.slice(0, 16)}`));
  const names = live.map((member) => member.slice(17));
  const exists = (await server.command("EXISTS", key)) === 1;
  if (JSON.stringify(names.sort()) !== JSON.stringify(ids.sort()) || exists !== ids.length > 0)
    throw new Error(`${where}: the index of ${user} names ${names.join() || "none"}, not ${ids.join()}`);
}

async function redisNow(server: RedisServer): Promise<number> {
  const [seconds, micros] = (await server.command("TIME")) as [string, string];
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** A small seeded generator of numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
