import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStore, onSessionaryEvent, type UserOptions, type UserSessionStore } from "sessionary";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { type Moved, TurnCounter, fillRedis, measure } from "./big-user.js";
import { entry } from "./stores.js";

// 100,000: npm run test:big-users.
const SESSIONS = process.env.MODE === "full" ? 100_000 : 10_000;
/** Sessions of a user that are processed at a time. */
const CHUNK = 100;
/** Keys of one script, and values in its reply: see src/redis/batcher.ts. */
const MAX_KEYS = 32;
const MAX_VALUES = 100;
const TIMEOUT_MS = 120_000;

describe(`a Redis store, for a user with ${SESSIONS} sessions`, { timeout: TIMEOUT_MS }, () => {
  let server: RedisServer;
  let turns: TurnCounter;
  let moved: Moved;
  let store: UserSessionStore;
  beforeEach(async () => {
    server = await startRedis();
    await fillRedis(server, SESSIONS);
  });
  afterEach(async () => {
    await store.close();
    await server.close();
  });
  const open = (options: UserOptions = {}) => {
    turns = new TurnCounter();
    turns.start();
    const client = server.client();
    moved = measure(client);
    store = createStore({ client, userIdOf: turns.userIdOf, ...options });
  };
  const expectBoundedSteps = () => {
    expect(turns.stop()).toBeLessThanOrEqual(2 * CHUNK);
    expect(moved.keys).toBeLessThanOrEqual(MAX_KEYS);
    expect(moved.values).toBeLessThanOrEqual(MAX_VALUES);
  };

  it("lists them in bounded steps, the oldest first", async () => {
    open();
    const sessions = await store.listByUser("ann");
    expect(sessions.map(({ data }) => data.n)).toEqual([...Array(SESSIONS).keys()]);
    expectBoundedSteps();
  });

  it("destroys them in bounded steps, except one", async () => {
    open();
    expect(await store.destroyByUser("ann", { exceptId: "id-7" })).toBe(SESSIONS - 1);
    expect((await store.listByUser("ann")).map(({ data }) => data.n)).toEqual([7]);
    expectBoundedSteps();
  });

  it("resolves a login above maxPerUser at once, and destroys the oldest in bounded steps", async () => {
    open({ maxPerUser: 3 });
    const before = moved.commands;
    await store.create("new", entry({ user: "ann", n: SESSIONS }));
    expect(moved.commands - before).toBeLessThan(20);
    expect(await server.command("DBSIZE")).toBeGreaterThan(SESSIONS - 10 * CHUNK);
    // Further logins are not held up either, and count as well.
    await store.create("newer", entry({ user: "ann", n: SESSIONS + 1 }));
    await expect.poll(() => server.command("EXISTS", "sess:id-0")).toBe(0);
    expect(await server.command("EXISTS", `sess:id-${SESSIONS / 2}`)).toBe(1);
    await expect.poll(() => server.command("DBSIZE"), { timeout: TIMEOUT_MS, interval: 500 }).toBe(4);
    expectBoundedSteps();
    expect((await store.listByUser("ann")).map(({ data }) => data.n)).toEqual([
      SESSIONS - 1,
      SESSIONS,
      SESSIONS + 1,
    ]);
  });

  it("rejects a login above maxPerUser in few steps", async () => {
    open({ maxPerUser: 3, onLimit: "reject" });
    const before = moved.commands;
    await expect(store.create("new", entry({ user: "ann" }))).rejects.toMatchObject({
      code: "ERR_SESSION_LIMIT",
    });
    expect(moved.commands - before).toBeLessThan(20);
    expectBoundedSteps();
  });

  it("finds one by its handle in bounded steps", async () => {
    open();
    const first = await store.listByUser("ann");
    expect(await store.destroyByHandle("ann", first[SESSIONS - 1]!.handle)).toBe(true);
    expectBoundedSteps();
  });
});

describe("RedisStore, when sessions above maxPerUser cannot be destroyed in the background", () => {
  it("resolves the login, publishes the error, and tries again at the next login", async () => {
    const server = await startRedis();
    await fillRedis(server, 300);
    const url = server.url.replace("//", "//app:pw@");
    await server.command("ACL", "SETUSER", "app", "reset", "on", ">pw", "~*", "+@all");
    const store = createStore({ url, userIdOf: ({ user }) => user, maxPerUser: 2 });
    const events: unknown[] = [];
    const stop = onSessionaryEvent("limit-exceeded", (payload) => events.push(payload));
    await store.create("nobodys", entry());
    await server.command("ACL", "SETUSER", "app", "-del");
    await store.create("new", entry({ user: "ann" }));
    await expect.poll(() => events).toEqual([{ code: "ERR_STORE_UNAVAILABLE" }]);
    await server.command("ACL", "SETUSER", "app", "+del");
    await store.create("newer", entry({ user: "ann" }));
    await expect.poll(() => store.count(), { timeout: 10_000 }).toBe(3);
    expect(events).toHaveLength(1);
    stop();
    await store.close();
    await server.close();
  });
});

describe(`a memory store, for a user with ${SESSIONS} sessions`, { timeout: TIMEOUT_MS }, () => {
  const stores: UserSessionStore[] = [];
  afterAll(() => Promise.all(stores.map((store) => store.close())));
  const fill = async (options: UserOptions = {}) => {
    const turns = new TurnCounter();
    const store = createStore("memory:", { userIdOf: turns.userIdOf, maxEntries: 2 * SESSIONS, ...options });
    stores.push(store);
    for (let n = 0; n < SESSIONS; n++) await store.create(`id-${n}`, entry({ user: "ann", n }));
    turns.start();
    return { store, turns };
  };

  it("lists and destroys them in bounded steps", async () => {
    const { store, turns } = await fill();
    const sessions = await store.listByUser("ann");
    expect(sessions.map(({ data }) => data.n)).toEqual([...Array(SESSIONS).keys()]);
    expect(await store.destroyByUser("ann", { exceptId: "id-7" })).toBe(SESSIONS - 1);
    expect(await store.count()).toBe(1);
    expect(turns.stop()).toBeLessThanOrEqual(2 * CHUNK);
  });

  it("scans them in bounded steps", async () => {
    const { store, turns } = await fill();
    expect(await store.destroyByUser("bob", { scan: true })).toBe(0);
    expect(turns.stop()).toBeLessThanOrEqual(2 * CHUNK);
  });
});
