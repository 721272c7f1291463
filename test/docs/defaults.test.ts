import { MemoryStore } from "sessionary";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkAdapterOptions } from "../../src/adapters/options.js";
import { jsonCodec } from "../../src/codec/json.js";
import { checkMemoryOptions } from "../../src/memory/options.js";
import { checkRedisSettings } from "../../src/redis/options.js";
import { MarkdownPage } from "../support/markdown.js";
import { documented } from "./docstrings.js";

const MEMORY = documented("src/memory/memory-store.ts", "MemoryStoreOptions");
const REDIS = documented("src/redis/options.ts", "RedisStoreSettings");
const USERS = documented("src/users/options.ts", "UserOptions");
const ADAPTERS = new Map([
  ...documented("src/tracker/options.ts", "TrackerOptions"),
  ...documented("src/adapters/options.ts", "AdapterOptions"),
]);

/** By what each table of options in the README has above its first column. */
const TABLES = {
  "`MemoryStore`": MEMORY,
  "`RedisStore` (`sessionary/redis`)": new Map([
    ...documented("src/redis/redis-store.ts", "RedisStoreOptions"),
    ...REDIS,
  ]),
  "both stores": USERS,
  adapters: ADAPTERS,
};

describe("the README's options", () => {
  const tables = new MarkdownPage("README.md").tables("Options");

  it("are all tables", () => {
    expect(tables.map(({ header }) => header[0])).toEqual(Object.keys(TABLES));
  });

  it.each(Object.entries(TABLES))(
    "are those that there are, with the defaults of the docstrings: %s",
    (...table) => {
      const [title, options] = table;
      const { rows } = tables.find(({ header }) => header[0] === title)!;
      const said = rows.flatMap(([names = "", value = ""]) =>
        [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name!, value] as const),
      );
      expect(said.map(([name]) => name).sort()).toEqual([...options.keys()].sort());
      expect(said.filter(([name, value]) => !isBrief(value, options.get(name)))).toEqual([]);
    },
  );
});

describe("the defaults of the docstrings", () => {
  it.each<[string, Map<string, string | undefined>, object]>([
    ["MemoryStore", MEMORY, checkMemoryOptions({})],
    ["RedisStore", REDIS, checkRedisSettings({})],
    ["the adapters", ADAPTERS, checkAdapterOptions({})],
  ])("are what %s takes when nothing is said", (_, options, taken) => {
    const values = [...options].map(([name, text]) => [name, valueOf(text)]);
    expect(taken).toEqual(Object.fromEntries(values));
  });

  it("are what a store does with its users' sessions", async () => {
    expect([...USERS.values()]).toEqual([undefined, "no limit", '"destroy-oldest"', "no limit", "false"]);
    const entry = { data: { user: "ann" }, expiresAt: Date.now() + 100 * 365 * 86_400_000 };
    const open = (maxPerUser?: number) => {
      const userIdOf = ({ user }: { user?: string }) => user;
      const store = new MemoryStore({ userIdOf, ...(maxPerUser !== undefined && { maxPerUser }) });
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

/** Whether a table's cell says what a docstring does, or how it begins. */
function isBrief(cell: string, text = ""): boolean {
  const [said, full] = [plain(cell), plain(text)];
  if (said === "" || full === "") return said === full;
  return full.startsWith(said) && !/^\w/.test(full.slice(said.length));
}

/** Without the backticks, and with numbers as digits alone. */
const plain = (text: string) => text.replaceAll("`", "").replace(/(?<=\d)[,_](?=\d{3})/g, "");

/** What a docstring's default is in code; `undefined` where it is none, or another thing's. */
function valueOf(text: string | undefined): unknown {
  if (text === "jsonCodec") return jsonCodec;
  if (text?.startsWith("1 MiB")) return 1_048_576;
  if (text === undefined || text === "no limit" || text.startsWith("the system's")) return undefined;
  return JSON.parse(plain(text));
}
