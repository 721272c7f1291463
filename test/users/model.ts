import { MemoryStore, type SessionData } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { startRedis } from "../support/redis-server.js";
import { userIdOf } from "./stores.js";
import { passTime } from "./time-travel.js";

/** What a session is, said as plainly as possible. */
interface Expected {
  data: SessionData;
  createdAt: number;
  expiresAt: number;
}

const IDS = [...Array(12).keys()].map((n) => `id-${n}`);
const USERS = [undefined, "ann", "bob", "eve"];
const HOUR_MS = 3_600_000;
const MAX_PER_USER = 4;
const ABSOLUTE_MS = 20 * HOUR_MS;

/**
 * Runs random commands on the memory store, on the Redis store and on a Map, and compares every answer.
 * The three share one clock; Redis's own is moved with it.
 * @throws Error naming the seed and the command, when an answer differs.
 * @returns how many commands of each kind ran.
 */
export async function runUsersModel(seed: number, commands: number): Promise<Record<string, number>> {
  const random = mulberry32(seed);
  const pick = <V>(values: readonly V[]): V => values[Math.floor(random() * values.length)]!;
  const server = await startRedis();
  const clock = { now: Date.now() };
  const realNow = Date.now;
  const options = { userIdOf, maxPerUser: MAX_PER_USER, absoluteTimeoutMs: ABSOLUTE_MS };
  const memory = new MemoryStore({ ...options, now: () => clock.now });
  const redis = new RedisStore({ url: server.url, ...options, timeoutMs: 10_000 });
  const model = new Map<string, Expected>();
  const ran: Record<string, number> = {};
  // The Redis store reads the system's clock.
  Date.now = () => clock.now;
  try {
    for (let n = 0; n < commands; n++) {
      // No two sessions are of one age: which is the oldest must not depend on their names.
      clock.now++;
      await passTime(server, 1);
      const command = pick(COMMANDS);
      ran[command] = (ran[command] ?? 0) + 1;
      const id = pick(IDS);
      const user = pick(USERS);
      const expiresAt = clock.now + pick([-1_000, HOUR_MS, 3 * HOUR_MS, 30 * HOUR_MS]);
      const entry = { data: { n, ...(user !== undefined && { user }) }, expiresAt };
      if (command === "pass time") {
        const ms = Math.floor(random() * 2 * HOUR_MS);
        clock.now += ms;
        await passTime(server, ms);
      }
      forget(model, clock.now);
      const expected = answer(model, command, id, entry, user ?? "ann", clock.now);
      const where = `seed ${seed}, command ${n}: ${command} ${id} ${JSON.stringify(entry)} ${user}`;
      for (const store of [memory, redis]) {
        const actual = await ask(store, command, id, entry, user ?? "ann");
        if (JSON.stringify(actual) !== JSON.stringify(expected)) {
          const name = store === memory ? "memory" : "Redis";
          throw new Error(
            `${where}: ${name} said ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`,
          );
        }
      }
    }
    await assertNoStrayIndex(server.command.bind(server), model);
  } finally {
    Date.now = realNow;
    await Promise.all([memory.close(), redis.close()]);
    await server.close();
  }
  return ran;
}

const COMMANDS = [
  "create",
  "create",
  "create",
  "update",
  "update",
  "touch",
  "get",
  "destroy",
  "destroyByUser",
  "listByUser",
  "count",
  "pass time",
] as const;
type Command = (typeof COMMANDS)[number];
type Entry = { data: SessionData; expiresAt: number };

async function ask(
  store: MemoryStore | RedisStore,
  command: Command,
  id: string,
  entry: Entry,
  user: string,
) {
  switch (command) {
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

function answer(
  model: Map<string, Expected>,
  command: Command,
  id: string,
  entry: Entry,
  user: string,
  now: number,
) {
  const there = model.get(id);
  const bounded = (createdAt: number) => Math.min(entry.expiresAt, createdAt + ABSOLUTE_MS);
  switch (command) {
    case "create": {
      if (there)
        return evict(
          model,
          entry.data.user as string | undefined,
          id,
          now,
          entry.expiresAt,
          "ERR_SESSION_EXISTS",
        );
      model.set(id, { data: entry.data, createdAt: now, expiresAt: bounded(now) });
      return evict(model, entry.data.user as string | undefined, id, now, entry.expiresAt, "created");
    }
    case "update": {
      if (!there) return false;
      const isNew = there.data.user !== entry.data.user;
      model.set(id, { ...there, data: entry.data, expiresAt: bounded(there.createdAt) });
      if (isNew) evict(model, entry.data.user as string | undefined, id, now, entry.expiresAt, "");
      forget(model, now);
      return true;
    }
    case "touch":
      if (!there) return false;
      there.expiresAt = bounded(there.createdAt);
      forget(model, now);
      return true;
    case "get":
      return there?.data;
    case "destroy":
      return model.delete(id);
    case "destroyByUser": {
      const theirs = [...model].filter(([each, { data }]) => data.user === user && each !== id);
      for (const [each] of theirs) model.delete(each);
      return theirs.length;
    }
    case "listByUser":
      return [...model.values()]
        .filter(({ data }) => data.user === user)
        .sort((a, b) => a.createdAt - b.createdAt)
        .map(({ data, createdAt }) => ({ data, createdAt }));
    case "count":
      return model.size;
    case "pass time":
      return undefined;
  }
}

/** A login above the cap ends the user's oldest sessions. */
function evict(
  model: Map<string, Expected>,
  user: string | undefined,
  id: string,
  now: number,
  expiresAt: number,
  result: string,
): string {
  if (user !== undefined && expiresAt > now && result !== "ERR_SESSION_EXISTS") {
    const others = [...model].filter(([each, { data }]) => data.user === user && each !== id);
    others.sort(([, a], [, b]) => a.createdAt - b.createdAt);
    for (const [each] of others.slice(0, Math.max(0, others.length + 1 - MAX_PER_USER))) model.delete(each);
  }
  forget(model, now);
  return result;
}

function forget(model: Map<string, Expected>, now: number): void {
  for (const [id, { expiresAt }] of model) if (expiresAt <= now) model.delete(id);
}

/** At the end no index key stands without a live session of its user. */
async function assertNoStrayIndex(
  command: (name: string, ...args: string[]) => Promise<unknown>,
  model: Map<string, Expected>,
): Promise<void> {
  const indexes = ((await command("KEYS", "users:*")) as string[]).length;
  const users = new Set([...model.values()].map(({ data }) => data.user).filter(Boolean)).size;
  if (indexes !== users) throw new Error(`${indexes} index keys stand for ${users} users with live sessions`);
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
