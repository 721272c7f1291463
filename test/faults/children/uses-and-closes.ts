// Uses a store and closes it. Nothing may keep the process alive then, whatever Redis does meanwhile.
import { createStore } from "sessionary";
import { createStore5 } from "../support/ioredis5.js";

const [version, url = ""] = process.argv.slice(2);
const store = (version === "5" ? createStore5 : createStore)({ url, timeoutMs: 500 });
const entry = { data: { user: "ann" }, expiresAt: Date.now() + 60_000 };
const results = await Promise.allSettled([store.create("one", entry), store.get("one"), store.count()]);
process.stdout.write(results.map(({ status }) => status).join());
await store.close();
