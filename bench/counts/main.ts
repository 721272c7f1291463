// Counts what each operation takes, in a process with nothing else in it, and prints that as JSON. With
// `--write` it becomes the baseline that `npm test` compares with.
import { writeFile } from "node:fs/promises";
import { MemoryStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { startRedis } from "../../test/support/redis-server.js";
import { Counter, type Counts } from "./counted.js";
import { operations, type Work } from "./operations.js";
import { requests } from "./requests.js";

const redis = await startRedis();
const client = redis.client();
const counter = new Counter(redis.client(), client);
const counts: Record<string, Partial<Counts>> = {};

async function count(where: string, works: Record<string, Work>, pick: (counts: Counts) => Partial<Counts>) {
  for (const [name, work] of Object.entries(works)) {
    await counter.count(work); // loads scripts into Redis, opens connections, and makes what is made once
    counts[`${where}, ${name}`] = pick(await counter.count(work));
  }
}

const overRedis = new RedisStore({ client });
await count("Redis", await operations(overRedis), (all) => all);

const inMemory = new MemoryStore();
await count("memory", await operations(inMemory), ({ promises, timers }) => ({ promises, timers }));

// The rest is the framework's and that of the client which makes the request, and not the same in each Node.
const { works, close } = await requests(overRedis);
await count("Redis", works, ({ commands, inputBytes, outputBytes, writes }) => ({
  commands,
  inputBytes,
  outputBytes,
  writes,
}));

await close();
await overRedis.close();
await inMemory.close();
await redis.close();

const text = JSON.stringify(counts, null, 2) + "\n";
if (process.argv.includes("--write")) await writeFile(new URL("./baseline.json", import.meta.url), text);
process.stdout.write(text);
