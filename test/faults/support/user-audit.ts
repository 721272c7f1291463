import type { Cluster, Redis } from "ioredis";
import type { UserSessionStore } from "sessionary";
import type { RedisServer } from "../../support/redis-server.js";
import { passTime } from "../../users/time-travel.js";
import { INDEX_KEYS, isIndexKey } from "../../support/user-index-keys.js";

/** What another writer stored has no creation time, and no index until a store with users has written it. */
const CREATED_AT = "sessionary:createdAt";

interface Stored {
  id?: string;
  user?: string;
  [CREATED_AT]?: number;
}

export interface Session {
  id: string;
  /** Whether its user's index has to know it. */
  isTracked: boolean;
}

/** The sessions that stand in Redis, by user. */
export type Standing = Map<string, Session[]>;

export async function standing(raw: Redis | Cluster): Promise<Standing> {
  const keys = (await keysOf(raw, "sess:*")).filter((key) => !isIndexKey(key));
  const found: Standing = new Map();
  await Promise.all(
    keys.map(async (key) => {
      const { id, user, [CREATED_AT]: createdAt } = JSON.parse((await raw.get(key)) ?? "{}") as Stored;
      if (id === undefined || user === undefined) return;
      const sessions = found.get(user) ?? [];
      found.set(user, sessions);
      sessions.push({ id, isTracked: createdAt !== undefined });
    }),
  );
  return found;
}

/** How many index keys there are. */
export async function indexKeys(raw: Redis | Cluster): Promise<number> {
  return (await keysOf(raw, INDEX_KEYS)).length;
}

async function keysOf(raw: Redis | Cluster, pattern: string): Promise<string[]> {
  if (!("nodes" in raw)) return raw.keys(pattern);
  // It forgets a master that it has lost the connection to, until it asks for the slots.
  await new Promise<void>((resolve, reject) => {
    raw.refreshSlotsCache((error) => (error ? reject(error) : resolve()));
  });
  return (await Promise.all(raw.nodes("master").map((node) => node.keys(pattern)))).flat();
}

/** Where a user's list and what stands in Redis differ. */
export interface Differences {
  /** Listed, and not there. */
  ghosts: string[];
  twice: string[];
  /** There, and not listed. */
  unlisted: Session[];
}

export async function differences(
  store: UserSessionStore,
  user: string,
  found: Standing,
): Promise<Differences> {
  const listed = (await store.listByUser(user)).map(({ data }) => String(data.id));
  const there = found.get(user) ?? [];
  return {
    ghosts: listed.filter((id) => !there.some((session) => session.id === id)),
    twice: listed.filter((id, i) => listed.indexOf(id) < i),
    unlisted: there.filter(({ id, isTracked }) => isTracked && !listed.includes(id)),
  };
}

/** For how long a login may be under way, as the index sees it. */
const MINUTE_MS = 60_000;

/** Does something a minute from now: this process's clock and Redis's expiries are moved. */
export async function minuteLater<R>(server: RedisServer, task: () => Promise<R>): Promise<R> {
  const realNow = Date.now;
  Date.now = () => realNow() + MINUTE_MS + 1_000;
  await passTime(server, MINUTE_MS + 1_000);
  try {
    return await task();
  } finally {
    Date.now = realNow;
  }
}
