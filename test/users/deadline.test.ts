import { AsyncResource } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createStore,
  jsonCodec,
  onSessionaryEvent,
  type StoreUnavailableError,
  type UserOptions,
  type UserSessionStore,
} from "sessionary";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { type TcpProxy, startProxy } from "../support/tcp-proxy.js";
import { entry, userIdOf } from "./stores.js";

const TIMEOUT_MS = 140;
/** How long a step takes: two fit into a call, and three do not. */
const STEP_MS = 0.4 * TIMEOUT_MS;

const CAPPED = { userIdOf, maxPerUser: 1 };
const ANN = { user: "ann" };

let server: RedisServer;
let proxy: TcpProxy;
const stores: UserSessionStore[] = [];

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  proxy = await startProxy(server.port);
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await proxy.close();
  await server.command("FLUSHALL");
});
afterAll(() => server.close());

function open(options: UserOptions, url = server.url, timeoutMs = 5_000): UserSessionStore {
  const store = createStore({ url, timeoutMs, ...options });
  stores.push(store);
  return store;
}

/** A store that is far from Redis, but for what is done first: that Redis has the scripts, say. */
async function openFar(options: UserOptions, { timeoutMs = TIMEOUT_MS, stepMs = STEP_MS } = {}) {
  const store = open(options, proxy.url, timeoutMs);
  await store.ping();
  proxy.latency(stepMs / 2);
  return store;
}

/** How a call ends: before twice its time is over, and before all that it sent has arrived. */
async function endOf(call: Promise<unknown>, store: UserSessionStore): Promise<unknown> {
  const end = call.then(
    (value) => ({ value }),
    ({ reason, outcome }: StoreUnavailableError) => ({ reason, outcome }),
  );
  const first = await Promise.race([end, sleep(2 * TIMEOUT_MS, "not in time")]);
  await proxy.heal();
  await end;
  await store.ping(); // it goes behind what was sent
  return first;
}

/** Has Redis learn every script, and leaves ann one session, `old`, and one that is nobody's, `new`. */
async function prepare(options: UserOptions): Promise<UserSessionStore> {
  const near = open(options);
  await near.create("old", entry(ANN));
  await near.create("new", entry());
  await near.update("new", entry(ANN));
  await near.touch("new", entry(ANN));
  await near.destroy("new");
  await near.create("old", entry(ANN));
  await near.create("new", entry());
  return near;
}

test.each<[string, (store: UserSessionStore) => Promise<unknown>]>([
  ["create", (store) => store.create("newer", entry(ANN))],
  ["update", (store) => store.update("new", entry(ANN))],
])("runs all steps of a login by %s within one timeoutMs", async (_name, login) => {
  const near = await prepare(CAPPED);
  const store = await openFar(CAPPED);
  const end = await endOf(login(store), store);
  expect(end).toMatchObject({ reason: "timeout" });
  const written = (await near.get("newer")) ?? (await near.get("new"))!;
  if (written.data.user === "ann") expect(end).toMatchObject({ outcome: "unknown" });
  // Its last step, to end the oldest session, was not sent.
  expect(await near.get("old")).toBeDefined();
});

test("runs all steps of a touch within one timeoutMs", async () => {
  await prepare(CAPPED);
  const store = await openFar(CAPPED);
  expect(await endOf(store.touch("old", entry(ANN)), store)).toMatchObject({ reason: "timeout" });
});

test("rejects a logout that did not reach the session in time", async () => {
  await prepare(CAPPED);
  const store = await openFar({ ...CAPPED, hashIds: true }); // it looks for the hashed id first
  expect(await endOf(store.destroy("old"), store)).toMatchObject({ reason: "timeout" });
  expect(await store.get("old")).toBeDefined();
});

test("resolves a logout that destroyed the session with no time left for the index", async () => {
  await prepare(CAPPED);
  const store = await openFar(CAPPED);
  const end = await endOf(store.destroy("old"), store);
  const isGone = (await store.get("old")) === undefined;
  if (!isGone) expect(end).toMatchObject({ reason: "timeout" });
  else expect([{ value: true }, { reason: "timeout", outcome: "unknown" }]).toContainEqual(end);
});

test("runs both reads of a hashed id within one timeoutMs", async () => {
  const store = await openFar({ hashIds: true }, { stepMs: 0.7 * TIMEOUT_MS });
  expect(await endOf(store.get("none"), store)).toEqual({ reason: "timeout", outcome: "not-applied" });
});

test("runs updates that wait for each other within one timeoutMs each", async () => {
  await prepare(CAPPED);
  const store = await openFar(CAPPED);
  const updates = [1, 2, 3].map((n) => store.update("old", entry({ ...ANN, n })));
  const ends = await Promise.all(updates.map((update) => endOf(update, store)));
  expect(ends[2]).toEqual({ reason: "timeout", outcome: "not-applied" });
});

test("does not cut short other calls of the tick for a call with little time left", async () => {
  const near = open({ hashIds: true });
  await near.create("here", entry());
  await Promise.all([near.get("here"), near.get("here")]); // so that Redis has the script
  const store = await openFar({ hashIds: true }, { timeoutMs: 300, stepMs: 180 });
  // The replies come together, and what is asked for next goes out in one tick.
  const late = store.get("none");
  const neighbour = store.get("here").then(() => store.get("here"));
  await expect(late).rejects.toMatchObject({ reason: "timeout", outcome: "not-applied" });
  expect(await neighbour).toBeDefined();
});

test("does not apply a call's deadline to the connection that it opened", async () => {
  const client = server.client({ lazyConnect: true });
  const store = createStore({ client, timeoutMs: 100, hashIds: true });
  stores.push(store);
  const counted = new Promise((resolve) => {
    const stop = onSessionaryEvent("connection", ({ state }) => state === "ready" && resolve(store.count()));
    onTestFinished(stop);
  });
  server.pause();
  await expect(store.get("none"))
    .rejects.toMatchObject({ outcome: "not-applied" })
    .finally(() => server.resume());
  await expect(counted).resolves.toBe(0);
});

test("the deadline of a failed call does not hold for later calls of its context", async () => {
  let later = () => Promise.resolve();
  const codec = {
    ...jsonCodec,
    encode() {
      later = AsyncResource.bind(() => store.ping());
      throw new TypeError("not encoded");
    },
  };
  const store = createStore({
    url: server.url,
    timeoutMs: 100,
    hashIds: true,
    absoluteTimeoutMs: 60_000,
    codec,
  });
  stores.push(store);
  await store.ping();
  await expect(store.create("id", entry())).rejects.toThrow("not encoded");
  await sleep(150);
  await later();
});
