import { randomBytes } from "node:crypto";
import fc from "fast-check";
import http from "node:http";
import { MemoryStore, createSessions } from "sessionary";
import { describe, expect, onTestFinished, test } from "vitest";
import { setExpiry } from "../support/set-expiry.js";
import { Client, getRaw } from "./client.js";
import { FRAMEWORKS, HTTP1_FRAMEWORKS, type Handler, serve } from "./servers.js";
import { TestStore } from "./stores.js";

const newId = () => randomBytes(24).toString("base64url");

/** Stores a session, and returns its id. */
async function storedIn(store: TestStore["store"]): Promise<string> {
  const session = await createSessions({ store }).open(undefined);
  session.data.user = "ann";
  return /=([\w-]+)/.exec((await session.commit())!)![1]!;
}

async function onlyId(store: TestStore["store"]): Promise<string> {
  for await (const id of store.ids()) return id;
  throw new Error("the store is empty");
}

const OFFERED: [string, (store: TestStore["store"]) => Promise<string>][] = [
  ["that is unknown", async () => newId()],
  [
    "of an expired session",
    async (store) => {
      const id = await storedIn(store);
      await setExpiry(store, await onlyId(store), Date.now() - 1);
      return id;
    },
  ],
  [
    "of a destroyed session",
    async (store) => {
      const id = await storedIn(store);
      await store.destroy(await onlyId(store));
      return id;
    },
  ],
  [
    "of another store",
    async () => {
      const other = new MemoryStore();
      onTestFinished(() => other.close());
      return storedIn(other);
    },
  ],
  [
    "under which an application stored a session itself",
    async (store) => {
      const id = newId();
      await store.create(id, { data: { user: "ann" }, expiresAt: Date.now() + 60_000 });
      return id;
    },
  ],
  [
    "that is the digest of a session's id",
    async (store) => {
      await storedIn(store);
      return (await onlyId(store)).replace(/^h:/, "").slice(0, 32);
    },
  ],
];

describe.each(FRAMEWORKS)("with %s", (framework) => {
  test.each(OFFERED)("does not adopt an id %s", async (_, offer) => {
    const store = new TestStore();
    const server = await serve(framework, createSessions({ store: store.store }));
    const id = await offer(store.store);
    const before = await store.store.count();
    const client = new Client();
    client.cookies.set("session", id);
    const write: Handler = async (visit) => {
      const { data, isNew } = await visit.session();
      const text = JSON.stringify({ data, isNew });
      data.step = 1;
      return { text };
    };
    const response = await client.get(server.url(write));
    expect(await response.text()).toBe('{"data":{},"isNew":true}');
    expect(client.cookies.get("session")).not.toBe(id);
    expect(await store.store.count()).toBe(before + 1);

    const attacker = new Client();
    attacker.cookies.set("session", id);
    const read: Handler = async (visit) => ({ text: JSON.stringify((await visit.session()).data) });
    expect(await (await attacker.get(server.url(read))).text()).toBe("{}");
    expect(await (await client.get(server.url(read))).text()).toBe('{"step":1}');
  });
});

test("generates ids of 192 bits, all different, in which no bit is likelier than another", async () => {
  const sessions = createSessions({ store: "memory:" });
  const count = 1_000;
  const ids = await Promise.all(
    Array.from({ length: count }, async () => {
      const session = await sessions.open(undefined);
      session.data.n = 1;
      return Buffer.from(/=([\w-]{32});/.exec((await session.commit())!)![1]!, "base64url");
    }),
  );
  expect(new Set(ids.map((id) => id.toString("hex"))).size).toBe(count);
  for (let bit = 0; bit < 192; bit++) {
    const ones = ids.filter((id) => (id[bit >> 3]! >> (bit & 7)) & 1).length;
    // Six standard deviations: a fair bit is outside once in 500 million times.
    expect(Math.abs(ones - count / 2)).toBeLessThan(6 * Math.sqrt(count / 4));
  }
});

/** `Cookie` headers without a well-formed id: what HTTP lets through, and much of it close to a session cookie. */
const malformed = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "session=",
        "session",
        "=",
        ";",
        "; ",
        ",",
        " ",
        '"',
        "%",
        "%zz",
        "s:",
        ".",
        "\t",
        "__Host-session=",
      ),
      fc.constantFrom(
        newId().slice(1),
        `${newId()}=`,
        `${newId()}x`,
        `s:${newId()}.x`,
        "a".repeat(300),
        "../../x",
        "%00",
      ),
      fc.string({ unit: "binary-ascii", maxLength: 20 }),
      fc.string({
        unit: fc.integer({ min: 0xa0, max: 0xff }).map((code) => String.fromCharCode(code)),
        maxLength: 8,
      }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join("").replace(/[^\t\x20-\x7e\xa0-\xff]/g, ""))
  .filter((header) => !/(^|;)\s*session\s*=\s*[\w-]{32}\s*(;|$)/.test(header));

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

const NOTHING = { status: 200, setCookie: [] };

test.each([
  { accepts: "its own cookies", cookie: {} },
  { accepts: "signed cookies, too", cookie: { name: "session", signedWith: ["a secret"] } },
])(`makes no store call for 1,000 malformed cookie headers: accepts $accepts`, async ({ cookie }) => {
  const store = new TestStore();
  const server = await serve("node:http", createSessions({ store: store.store, cookie }));
  const url = server.url(async (visit) => ({ text: JSON.stringify((await visit.session()).data) }));
  const agent = new http.Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  for (const header of fc.sample(malformed, { numRuns: 1_000, seed: SEED })) {
    const replay = `SEED=${SEED}: ${JSON.stringify(header)}`;
    expect(await getRaw(url, { cookie: header }, agent), replay).toEqual(NOTHING);
    expect(store.calls, replay).toEqual([]);
  }
  expect(server.errors).toEqual([]);
});

describe.each(HTTP1_FRAMEWORKS)("with %s", (framework) => {
  test("makes no store call for malformed cookie headers", async () => {
    const store = new TestStore();
    const server = await serve(framework, createSessions({ store: store.store }));
    const url = server.url(async (visit) => ({ text: JSON.stringify((await visit.session()).data) }));
    const agent = new http.Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    for (const header of fc.sample(malformed, { numRuns: 100, seed: SEED }))
      expect(await getRaw(url, { cookie: header }, agent), `SEED=${SEED}: ${header}`).toEqual(NOTHING);
    expect([store.calls, server.errors]).toEqual([[], []]);
  });
});
