// Uses the package where ioredis is not installed, and prints what each step gave.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
const { MemoryStore } = await import("sessionary");
const { RedisStore } = await import("sessionary/redis");

const entry = { data: {}, expiresAt: Date.now() + 60_000 };
const memory = new MemoryStore();
await memory.create("id", entry);
console.log("MemoryStore:", await memory.count());
await memory.close();

for (const url of [
  "redis://127.0.0.1:1",
  "rediss+cluster://127.0.0.1:1",
  "redis+sentinel://127.0.0.1:1/name",
]) {
  const store = new RedisStore({ url, timeoutMs: 60_000 });
  const results = await Promise.allSettled([
    store.ping(),
    store.get("id"),
    store.create("id", entry),
    store.count(),
  ]);
  for (const result of results) console.log(result.status === "rejected" && String(result.reason));
  console.log(await store.destroy("id").catch(String));
  await store.close();
}
