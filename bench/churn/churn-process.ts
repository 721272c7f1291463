// Makes and drops very many sessions in one store and says, now and then, what memory it takes.
import { setImmediate as turn } from "node:timers/promises";
import { randomBytes } from "node:crypto";
import type { SessionStore } from "sessionary";
import { ours } from "../ours.js";
import { SIZES, expiresAt, sampleSession } from "../sessions.js";

export interface ChurnOptions {
  store: "memory" | "redis";
  redisUrl: string;
  /** How many sessions are made in all, and how many of them are there at a time. */
  sessions: number;
  live: number;
  /** How many memory readings are taken. */
  samples: number;
}
export interface Sample {
  sessions: number;
  heapBytes: number;
  rssBytes: number;
  /** Timers, sockets and the like. */
  resources: number;
}

/** Redis calls under way at a time. */
const IN_FLIGHT = 100;

const { store: kind, redisUrl, sessions, live, samples } = JSON.parse(process.argv[2]!) as ChurnOptions;
/** Data to make sessions of: making it anew each time would take longer than storing it. */
const data = Array.from({ length: 1_000 }, (_, n) => sampleSession(n, SIZES["600 B"]));

let made = 0;
const newId = () => randomBytes(24).toString("base64url");
const entryOf = (n: number) => {
  const session = data[n % data.length]!;
  session.views = n;
  return { data: session, expiresAt: expiresAt() };
};

/** The store itself drops the least recently used. */
async function churnMemory(store: SessionStore, upTo: number): Promise<void> {
  for (; made < upTo; made++) {
    await store.create(newId(), entryOf(made));
    if (made % 1_000 === 0) await turn(); // for the sweep, as between requests
  }
}

const ids: string[] = [];
/** Each session is made, read, changed, and in the end destroyed. */
async function churnRedis(store: SessionStore, upTo: number): Promise<void> {
  const caller = async () => {
    while (made < upTo) {
      const n = made++;
      const id = newId();
      const oldest = ids[n % live];
      ids[n % live] = id;
      await store.create(id, entryOf(n));
      const record = await store.get(id);
      if (record === undefined) throw new Error("a session that was made is missing");
      await store.update(id, entryOf(n + 1), { ifVersion: record.version });
      if (oldest !== undefined) await store.destroy(oldest);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
}

function sample(): Sample {
  gc!();
  const { heapUsed, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  return { sessions: made, heapBytes: heapUsed, rssBytes: rss, resources };
}

async function open(): Promise<SessionStore> {
  if (kind === "memory") return new (await ours("index")).MemoryStore({ maxEntries: live });
  return new (await ours("redis")).RedisStore({ url: redisUrl, timeoutMs: 10_000 });
}

const store = await open();
const churn = kind === "memory" ? churnMemory : churnRedis;
const taken: Sample[] = [];
for (let i = 1; i <= samples; i++) {
  await churn(store, Math.round((sessions * i) / samples));
  taken.push(sample());
}
if ((await store.count()) !== live) throw new Error(`${await store.count()} sessions are left, not ${live}`);
await store.close();
process.send!(taken);
process.disconnect();
