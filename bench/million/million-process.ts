// One client of a Redis that holds very many sessions: walks over all of them, times gets beside that,
// and says what memory it took.
import { setImmediate as turn } from "node:timers/promises";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import { createClient } from "redis";
import { serve } from "../children/serve.js";
import { ours } from "../ours.js";
import { idOf } from "../sessions.js";
import { quantile } from "../statistics.js";

export interface MillionOptions {
  peer: "sessionary" | "connect-redis10";
  redisUrl: string;
  sessions: number;
}
export interface WalkRequest {
  /** `"none"`: gets alone, for as long as `forMs`, to compare with. */
  walk: "none" | "count" | "ids" | "clear";
  forMs: number;
  /** Collects garbage all the time, so that what is left is what is held; else times gets. */
  measures: "memory" | "gets";
}
export interface Walked {
  tookMs: number;
  /** What the walk gave: how many sessions. */
  sessions: number;
  gets: number;
  getP50Ms: number;
  getP99Ms: number;
  /** The most that was held, beyond what was held before. */
  heldBytes: number;
}

interface Walker {
  get(id: string): Promise<unknown>;
  count(): Promise<number>;
  ids(): Promise<number>;
  clear(): Promise<number>;
}

const { peer, redisUrl, sessions } = JSON.parse(process.argv[2]!) as MillionOptions;

async function ourWalker(): Promise<Walker> {
  const { RedisStore } = await ours("redis");
  const store = new RedisStore({ url: redisUrl, timeoutMs: 10_000 });
  return {
    get: (id) => store.get(id),
    count: () => store.count(),
    async ids() {
      let walked = 0;
      for await (const id of store.ids()) walked += id.length > 0 ? 1 : 0;
      return walked;
    },
    clear: async () => (await store.clear(), 0),
  };
}

async function connectRedis(): Promise<Walker> {
  const client = await createClient({ url: redisUrl }).connect();
  const store = new ConnectRedis10({ client, scanCount: 500 });
  return {
    get: (id) => store.get(id) as Promise<unknown>,
    count: () => store.length() as Promise<number>,
    ids: async () => ((await store.ids()) as string[]).length,
    clear: async () => (await store.clear(), 0),
  };
}

const walker = await (peer === "sessionary" ? ourWalker() : connectRedis());

/** Gets one session after the other until it is told to stop. */
async function getUntil(isOver: () => boolean): Promise<number[]> {
  const latencies: number[] = [];
  for (let n = 0; !isOver(); n++) {
    const start = performance.now();
    await walker.get(idOf((n * 7_919) % sessions));
    latencies.push(performance.now() - start);
  }
  return latencies;
}

function held(): number {
  gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function walk({ walk, forMs, measures }: WalkRequest): Promise<Walked> {
  const before = held();
  let heldBytes = 0;
  let isOver = false;
  const start = performance.now();
  const walking = (walk === "none" ? turn(0) : walker[walk]()).finally(() => (isOver = true));
  let latencies: number[] = [];
  if (measures === "gets") {
    latencies = await getUntil(() => isOver && (walk !== "none" || performance.now() - start > forMs));
  } else {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      heldBytes = Math.max(heldBytes, held() - before);
    }
  }
  return {
    sessions: await walking,
    tookMs: performance.now() - start,
    gets: latencies.length,
    getP50Ms: latencies.length > 0 ? quantile(latencies, 0.5) : 0,
    getP99Ms: latencies.length > 0 ? quantile(latencies, 0.99) : 0,
    heldBytes,
  };
}

serve(walk);
await walker.get(idOf(0));
process.send!("ready");
