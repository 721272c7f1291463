import Fastify from "fastify";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { MemoryStore, StoreUnavailableError, type UnavailableReason, onSessionaryEvent } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { expect, it, onTestFinished } from "vitest";
import { answerError } from "../../examples/fastify-login/error-handler.js";
import { PERMANENT, TRANSIENT } from "../../src/redis/connection-failure.js";
import { toStoreError } from "../../src/redis/server-errors.js";
import { Browser } from "../adapters/browser.js";
import { startApp } from "../adapters/support.js";
import { wrapped } from "../adapters/wrapped-store.js";
import { ERROR_TABLE, type Method } from "../faults/error-table.js";
import { MarkdownPage, testFiles } from "../support/markdown.js";
import { startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";

const page = new MarkdownPage("docs/faults.md");
const faultCases = (text: string) =>
  [...text.matchAll(/`npm run test:faults -- ([\w-]+)/g)].map(([, name]) => name!);

it("has a test in each row of what happens when", () => {
  const rows = page.rows("What happens when");
  expect(rows.length).toBeGreaterThan(25);
  const named = (row: string[]) => testFiles(row.join()).length + faultCases(row.join()).length;
  expect(rows.filter((row) => named(row) === 0)).toEqual([]);
});

it("names only tests that exist, and every fault case", () => {
  expect(testFiles(page.text).filter((path) => !existsSync(path))).toEqual([]);
  expect(readFileSync("package.json", "utf8")).toContain('"test:faults":');
  const cases = readdirSync("test/faults/cases").map((file) => file.replace(".fault.ts", ""));
  expect(new Set(faultCases(page.text))).toEqual(new Set(cases));
});

it("links to what exists", () => {
  expect(page.brokenLinks()).toEqual([]);
});

const COLUMNS: Record<string, Method[]> = {
  "`get`": ["get", "getMany"],
  "`create`": ["create"],
  "`update`": ["update"],
  "`update`, `ifVersion`": ["updateIfVersion"],
  "`touch`": ["touch"],
  "`destroy`": ["destroy"],
  "`ids`, `count`": ["ids", "count"],
  "`clear`": ["clear"],
  "`ping`": ["ping"],
};

it("says of each error and each method what the fault cases expect", () => {
  const [table] = page.tables("Errors of Redis, by method");
  const methods = table!.header.slice(1).map((column) => COLUMNS[column] ?? []);
  const said = table!.rows.map(([name, ...cells]) => {
    const row = cells.flatMap((cell, i) => methods[i]!.map((method) => [method, cell] as const));
    return [name, Object.fromEntries(row)] as const;
  });
  expect(Object.fromEntries(said)).toEqual(ERROR_TABLE);
});

it("says the reason for each error of Redis's that is known", () => {
  const rows = page.tables("Errors of Redis, by method")[1]!.rows;
  const said = rows.flatMap(([reason = "", errors = ""]) =>
    errors.match(/\b[A-Z]+\b/g)?.map((prefix) => [prefix, reason.replaceAll("`", "")] as const),
  );
  const source = readFileSync("src/redis/server-errors.ts", "utf8");
  const known = [...source.matchAll(/^ {2}([A-Z]+): \["/gm)].map(([, prefix]) => prefix!);
  expect(known.length).toBeGreaterThan(10);
  const reasonOf = (prefix: string) =>
    toStoreError({ name: "ReplyError", message: `${prefix} because` }, "once") as StoreUnavailableError;
  const reasons = Object.fromEntries(known.map((prefix) => [prefix, reasonOf(prefix).reason]));
  expect(Object.fromEntries(said.filter((each) => each !== undefined))).toEqual(reasons);
  const every: Record<UnavailableReason, true> = {
    timeout: true,
    connection: true,
    readonly: true,
    loading: true,
    "out-of-memory": true,
    "cluster-down": true,
    auth: true,
    permission: true,
    busy: true,
    misconfigured: true,
    other: true,
  };
  expect(rows.map(([reason]) => reason)).toEqual(Object.keys(every).map((reason) => `\`${reason}\``));
});

it("lists every failure of a connection, with its remedy", () => {
  const texts = Object.values({ ...PERMANENT, ...TRANSIENT }).map((text) => {
    const [reason, problem, remedy] = text!;
    return [problem.replace(/ ?"?\{\w+\}"?/g, ""), `\`${reason}\``, remedy];
  });
  const rows = page.rows("A connection that cannot be opened");
  const told = rows.map(([problem, reason, , remedy]) => [problem, reason, remedy]);
  expect(told).toEqual(texts.filter((each, i) => texts.findIndex(([first]) => first === each[0]) === i));
});

it("takes its samples from what runs: an example that it names, or a test beside this one", () => {
  const trimmed = (text: string) => text.replace(/^ +/gm, "");
  const tests = readdirSync("test/redis").map((file) => `test/redis/${file}`);
  const samples = page.samples();
  expect(samples.length).toBeGreaterThan(3);
  for (const sample of samples) {
    const [line = "", example] = /^\/\/ (examples\/\S+)\n/.exec(sample) ?? [];
    const pieces = trimmed(sample.slice(line.length)).split("// …\n");
    const sources = (example === undefined ? tests : [example]).map((path) => readFileSync(path, "utf8"));
    const runs = sources.some((source) => pieces.every((piece) => trimmed(source).includes(piece)));
    expect({ sample, runs }).toEqual({ sample, runs: true });
  }
});

it("shows a readiness probe that answers 503 while Redis does not, and an event that says why", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const store = new RedisStore({ url: redis.url, timeoutMs: 300 });
  onTestFinished(() => store.close());
  const logged: string[] = [];
  const log = (line: string) => logged.push(line);
  const stop = onSessionaryEvent("connection", ({ store, state }) => log(`${store}: connection ${state}`));
  onTestFinished(stop);
  const app = Fastify();
  app.setErrorHandler(answerError);
  app.get("/ready", async () => {
    await store.ping(); // else the error handler answers 503
    return { ready: true };
  });
  const answers = async (status: number) => (await app.inject("/ready")).statusCode === status;
  await waitUntil("the store is connected", () => answers(200));
  await redis.kill();
  expect(await answers(503)).toBe(true);
  await redis.restart();
  await waitUntil("the store is back", () => answers(200));
  expect(logged.filter((line) => !line.endsWith("failed"))).toEqual([
    "redis: connection ready",
    "redis: connection lost",
    "redis: connection ready",
  ]);
});

it.each([
  ["express", 200], // the answer is on its way
  ["fastify", 500],
] as const)(
  "says what a user sees when the save at the end of a request fails: %s, %d",
  async (...expected) => {
    const [framework, status] = expected;
    const create = () => Promise.reject(new StoreUnavailableError("not-applied", "timeout", "late"));
    const app = await startApp(framework, wrapped(new MemoryStore(), { create }));
    const answer = await new Browser().visit(app, (v) => void (v.session.name = "ann"));
    expect(answer.status).toBe(status);
    await waitUntil("the error handler has it", () => app.errors.length > 0);
  },
);
