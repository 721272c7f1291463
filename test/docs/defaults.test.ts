import { createStore } from "sessionary";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkAdapterOptions } from "../../src/adapters/options.js";
import { jsonCodec } from "../../src/codec/json.js";
import { checkMemoryOptions } from "../../src/memory/options.js";
import { checkRedisSettings } from "../../src/redis/options.js";
import { MarkdownPage } from "../support/markdown.js";
import { documented } from "./docstrings.js";

const MEMORY = documented("src/memory/options.ts", "MemoryStoreOptions");
const REDIS = documented("src/redis/options.ts", "RedisStoreSettings");
const USERS = documented("src/users/options.ts", "UserOptions");
const ADAPTERS = new Map([
  ...documented("src/tracker/options.ts", "TrackerOptions"),
  ...documented("src/adapters/options.ts", "AdapterOptions"),
]);
const SESSIONS = new Map([
  ...documented("src/sessions/options.ts", "SessionsOptions"),
  ...documented("src/tracker/options.ts", "TrackerOptions"),
]);
const COOKIE = documented("src/sessions/cookie-options.ts", "CookieOptions");

/** Options by the head of the first column of their table in docs/options.md. */
const TABLES = {
  "`MemoryStore`": MEMORY,
  "`RedisStore` (`sessionary/redis`)": new Map([
    ...documented("src/redis/options.ts", "RedisStoreOptions"),
    ...REDIS,
  ]),
  "`createStore`": USERS,
  "`createSessions`": SESSIONS,
  "`cookie`": COOKIE,
  adapters: ADAPTERS,
};

describe("docs/options.md", () => {
  const page = new MarkdownPage("docs/options.md");
  const tables = [
    ...page.tables("Store options"),
    ...page.tables("Options of createSessions"),
    ...page.tables("Adapter options"),
  ];

  it("has a table for each kind of options", () => {
    expect(tables.map(({ header }) => header[0])).toEqual(Object.keys(TABLES));
  });

  it.each(Object.entries(TABLES))("lists every option with the default of its docstring: %s", (...table) => {
    const [title, options] = table;
    const { rows } = tables.find(({ header }) => header[0] === title)!;
    const listed = rows.flatMap(([names = "", value = ""]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name!, value] as const),
    );
    expect(listed.map(([name]) => name).sort()).toEqual([...options.keys()].sort());
    expect(listed.filter(([name, value]) => !isSameDefault(value, options.get(name)))).toEqual([]);
  });
});

describe("the default in each docstring", () => {
  it.each<[string, Map<string, string | undefined>, object]>([
    ["MemoryStore", MEMORY, checkMemoryOptions({})],
    ["RedisStore", REDIS, checkRedisSettings({})],
    ["the adapters", ADAPTERS, checkAdapterOptions({})],
  ])("is the value that %s uses without options", (_, options, used) => {
    const values = [...options].map(([name, text]) => [name, valueOf(text)]);
    expect(used).toEqual(Object.fromEntries(values));
  });

  it("is the behavior of a store with the sessions of a user", async () => {
    expect([...USERS.values()]).toEqual([undefined, "no limit", '"destroy-oldest"', "no limit", "false"]);
    const entry = { data: { user: "ann" }, expiresAt: Date.now() + 100 * 365 * 86_400_000 };
    const open = (maxPerUser?: number) => {
      const userIdOf = ({ user }: { user?: string }) => user;
      const store = createStore("memory:", { userIdOf, ...(maxPerUser !== undefined && { maxPerUser }) });
      onTestFinished(() => store.close());
      return store;
    };
    const store = open();
    const ids = Array.from({ length: 200 }, (_, i) => `id${i}`);
    for (const id of ids) await store.create(id, entry);
    const kept: string[] = [];
    for await (const id of store.ids()) kept.push(id);
    expect(kept.sort()).toEqual(ids.sort());
    expect((await store.get("id0"))?.expiresAt).toBeGreaterThan(entry.expiresAt - 60_000);
    const capped = open(1);
    for (const id of ["first", "second"]) await capped.create(id, entry);
    expect([await capped.get("first"), (await capped.get("second"))?.data]).toEqual([undefined, entry.data]);
  });
});

/** True if a table's cell is the default of a docstring, or the beginning of it. */
function isSameDefault(cell: string, text = ""): boolean {
  const [listed, full] = [plain(cell), plain(text)];
  if (listed === "" || full === "") return listed === full;
  return full.startsWith(listed) && !/^\w/.test(full.slice(listed.length));
}

/** Returns a text without backticks, and with numbers as digits alone. */
const plain = (text: string) => text.replaceAll("`", "").replace(/(?<=\d)[,_](?=\d{3})/g, "");

/** Returns the value that a docstring's default has in code; `undefined` for a default that is no value. */
function valueOf(text: string | undefined): unknown {
  if (text === "jsonCodec") return jsonCodec;
  if (text?.startsWith("1 MiB")) return 1_048_576;
  if (text === undefined || text === "no limit" || text.startsWith("the system's")) return undefined;
  return JSON.parse(plain(text));
}
