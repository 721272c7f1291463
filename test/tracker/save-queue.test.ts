import { describe, expect, it, vi } from "vitest";
import { MemoryStore, SessionConflictError, type SessionStore, StoreUnavailableError } from "sessionary";
import { SessionTracker } from "sessionary/tracker";
import { seenEvents } from "../adapters/events.js";
import { gated, spied, wrapped } from "../adapters/wrapped-store.js";
import { HOUR_MS, changeElsewhere, type Fields, track } from "./support.js";

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const fieldsOf = (count: number) => Object.fromEntries(numbers(count).map((n) => [`field${n}`, n]));

/** Returns a store whose updates of some data reject, as a store does that refuses a session. */
function refusing(isRefused: (data: Fields) => boolean, error: () => Error) {
  return (store: SessionStore) =>
    wrapped(store, {
      update: async (id, entry, options) => {
        if (isRefused(entry.data)) throw error();
        return store.update(id, entry, options);
      },
    });
}

describe("parallel saves of one session", () => {
  it("are combined into few writes", async () => {
    const { stored, open, read, calls } = track();
    await stored({});
    const sessions = await Promise.all(numbers(100).map(() => open()));
    calls();
    const saves = sessions.map((session, n) => session.save({ [`field${n}`]: n }, HOUR_MS));
    expect(await Promise.all(saves)).toEqual(numbers(100).map(() => true));
    expect(await read()).toEqual(fieldsOf(100));
    expect(calls()).toEqual(["update", "update"]);
  });

  it("apply to the same field in the order of the calls", async () => {
    const { stored, open, read } = track();
    await stored({ n: 0 });
    const [a, b, c] = [await open(), await open(), await open()];
    await Promise.all([a.save({ n: 1 }, HOUR_MS), b.save({ n: 2 }, HOUR_MS), c.save({ n: 3 }, HOUR_MS)]);
    expect(await read()).toEqual({ n: 3 });
    await Promise.all([
      a.save({ n: 4 }, HOUR_MS),
      a.save({ n: 5, m: 1 }, HOUR_MS),
      a.save({ n: 6 }, HOUR_MS),
    ]);
    expect(await read()).toEqual({ n: 6 });
  });

  it("of a new session create it once", async () => {
    const { tracker, read, calls } = track();
    const session = tracker.create("id");
    const saves = numbers(3).map((n) => session.save(fieldsOf(n + 1), HOUR_MS));
    expect(await Promise.all(saves)).toEqual([true, true, true]);
    expect(calls()).toEqual(["create", "update"]);
    expect(await read()).toEqual(fieldsOf(3));
  });

  it("keep their order with a save of a session that is gone between them", async () => {
    const { stored, open, tracker, read } = track();
    await stored({});
    const [a, b] = [await open(), await open()];
    const results = [
      a.save({ a: 1 }, HOUR_MS),
      tracker.gone("id").save({ gone: 1 }, HOUR_MS),
      b.save({ b: 1 }, HOUR_MS),
    ];
    expect(await Promise.all(results)).toEqual([true, false, true]);
    expect(await read()).toEqual({ a: 1, b: 1 });
  });

  it("do not wait for each other across sessions", async () => {
    const { tracker } = track({}, (store) =>
      wrapped(store, {
        create: (id, entry) => (id === "stuck" ? new Promise(() => {}) : store.create(id, entry)),
      }),
    );
    void tracker.create("stuck").save({}, HOUR_MS);
    expect(await tracker.create("id").save({}, HOUR_MS)).toBe(true);
  });

  it("end as dropped if the session was destroyed", async () => {
    const { store, stored, open, read } = track();
    await stored({});
    const sessions = [await open(), await open(), await open()];
    await store.destroy("id");
    const seen = seenEvents();
    const results = await Promise.all(sessions.map((session, n) => session.save({ n }, HOUR_MS)));
    expect(results).toEqual([false, false, false]);
    expect(sessions.map(({ status }) => status)).toEqual(["gone", "gone", "gone"]);
    expect(await read()).toBeUndefined();
    expect(seen).toEqual(numbers(3).map(() => ["save-dropped", { operation: "save" }]));
  });
});

describe("a combined write that fails", () => {
  it("is retried one by one, so that only the save that must fail rejects", async () => {
    const refuse = refusing(
      ({ bad }) => bad !== undefined,
      () => new TypeError("bad data"),
    );
    const { stored, open, read } = track({}, refuse);
    await stored({});
    const sessions = await Promise.all(numbers(10).map(() => open()));
    const saves = sessions.map((session, n) =>
      session.save(n === 5 ? { bad: n } : { [`field${n}`]: n }, HOUR_MS),
    );
    const results = await Promise.allSettled(saves);
    expect(results.map(({ status }) => status)).toEqual(
      numbers(10).map((n) => (n === 5 ? "rejected" : "fulfilled")),
    );
    const { field5: _, ...others } = fieldsOf(10);
    expect(await read()).toEqual(others);
    expect(await sessions[5]!.save({ good: 5 }, HOUR_MS)).toBe(true);
    expect(await read()).toEqual({ ...others, good: 5 });
  });

  it("is not repeated if it may have been applied", async () => {
    const lost = () => new StoreUnavailableError("unknown", "connection", "the reply was lost");
    let refused = 0;
    const { stored, open, calls } = track({}, (store) =>
      wrapped(store, {
        update: async (id, entry, options) => {
          if (Object.keys(entry.data).length > 1 && refused++ === 0) throw lost();
          return store.update(id, entry, options);
        },
      }),
    );
    await stored({});
    const sessions = await Promise.all(numbers(3).map(() => open()));
    calls();
    const saves = sessions.map((session, n) => session.save({ [`field${n}`]: n }, HOUR_MS));
    const results = await Promise.allSettled(saves);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(calls()).toEqual(["update", "update"]);
    expect(await sessions[1]!.save({ later: 1 }, HOUR_MS)).toBe(true);
  });

  it("leaves a save alone whose create failed, and runs those behind it", async () => {
    const { tracker, read } = track({}, (store) =>
      wrapped(store, {
        create: async (id, entry) => {
          if (entry.data.bad) throw new TypeError("bad data");
          return store.create(id, entry);
        },
      }),
    );
    const session = tracker.create("id");
    const saves = [session.save({ bad: 1 }, HOUR_MS), session.save({ good: 1 }, HOUR_MS)];
    expect((await Promise.allSettled(saves)).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(await read()).toEqual({ good: 1 });
  });
});

describe("a save that waits for another save", () => {
  /** Returns two sessions of one record over a store that answers the updates when told to. */
  async function slow() {
    const memory = new MemoryStore();
    await memory.create("id", { data: {}, expiresAt: Date.now() + HOUR_MS });
    const answers: (() => void)[] = [];
    const store = wrapped(memory, {
      update: async (id, entry, options) => {
        const version = await memory.update(id, entry, options);
        await new Promise<void>((resolve) => answers.push(resolve));
        return version;
      },
    });
    const tracker = new SessionTracker(Object.assign(store, { timeoutMs: 100 }));
    const read = async () => (await memory.get("id"))!.data;
    return { a: (await tracker.open("id"))!, b: (await tracker.open("id"))!, answers, read };
  }
  const late = (outcome: string) => ({ code: "ERR_STORE_UNAVAILABLE", reason: "timeout", outcome });

  it("rejects at its own deadline as not applied, and is not written later", async () => {
    const { a, b, answers, read } = await slow();
    const first = a.save({ a: 1 }, HOUR_MS);
    await expect(b.save({ b: 1 }, HOUR_MS)).rejects.toMatchObject(late("not-applied"));
    answers.shift()!();
    expect(await first).toBe(true);
    expect(await read()).toEqual({ a: 1 });
  });

  it("rejects at its own deadline as unknown if its write is not answered by then", async () => {
    const { a, b, answers, read } = await slow();
    const first = a.save({ a: 1 }, HOUR_MS);
    const second = b.save({ b: 1 }, HOUR_MS);
    await vi.waitUntil(() => answers.length === 1);
    answers.shift()!();
    expect(await first).toBe(true);
    await expect(second).rejects.toMatchObject(late("unknown"));
    expect(await read()).toEqual({ a: 1, b: 1 });
  });
});

describe("a save that waits behind others", () => {
  it("is not written after its deadline, also if it was the next in turn", async () => {
    const memory = new MemoryStore();
    await memory.create("id", { data: {}, expiresAt: Date.now() + HOUR_MS });
    const { store, release } = gated(memory);
    const update = memory.update.bind(memory);
    const tracker = new SessionTracker(Object.assign(store, { timeoutMs: 50, update }));
    const [a, b] = [(await tracker.open("id"))!, (await tracker.open("id"))!];
    const results = await Promise.allSettled([
      tracker.gone("id").save({}, HOUR_MS),
      tracker.create("id").save({}, HOUR_MS),
      b.save({ b: 1 }, HOUR_MS),
    ]);
    expect(results).toMatchObject([
      { value: false },
      { reason: { outcome: "unknown" } },
      { reason: { outcome: "not-applied" } },
    ]);
    release();
    await a.save({ a: 2 }, HOUR_MS);
    expect((await memory.get("id"))!.data).toEqual({ a: 2 });
  });

  it("is reported as unknown if it is a create that was sent", async () => {
    const memory = new MemoryStore();
    let creates = 0;
    const store = wrapped(memory, {
      create: (id, entry) => (creates++ === 0 ? memory.create(id, entry) : new Promise(() => {})),
    });
    const tracker = new SessionTracker(Object.assign(store, { timeoutMs: 50 }));
    const first = tracker.create("id").save({}, HOUR_MS);
    await expect(tracker.create("id").save({}, HOUR_MS)).rejects.toMatchObject({ outcome: "unknown" });
    expect(await first).toBe(true);
  });

  it("stores the data as it was when it was called", async () => {
    const { stored, open, read } = track();
    await stored({});
    const [a, b] = [await open(), await open()];
    const data: Fields = { b: 1 };
    const saves = [a.save({}, 2 * HOUR_MS), b.save(data, HOUR_MS)];
    data.b = 2;
    await Promise.all(saves);
    expect(await read()).toEqual({ b: 1 });
  });
});

describe("a save that meets another process's write", () => {
  it("is merged, and an event says after how many attempts", async () => {
    const { store, stored, open, read, calls } = track();
    await stored({});
    const session = await open();
    await changeElsewhere(store, "id", { theirs: 1 });
    const seen = seenEvents();
    calls();
    await session.save({ mine: 1 }, HOUR_MS);
    expect(calls()).toEqual(["update", "update"]);
    expect(await read()).toEqual({ theirs: 1, mine: 1 });
    expect(seen).toEqual([["conflict-merged", { attempts: 1 }]]);
  });

  it("is merged without an event if only one of the two changed anything", async () => {
    const { store, stored, open } = track({ touchAfterMs: 0 });
    await stored({}, HOUR_MS / 2);
    const [unchanged, changed] = [await open(), await open()];
    await changeElsewhere(store, "id", { theirs: 1 });
    const seen = seenEvents();
    await unchanged.touch(HOUR_MS);
    await (await open()).save({ theirs: 1, mine: 1 }, HOUR_MS);
    expect(seen).toEqual([]);
    await changed.save({ other: 1 }, HOUR_MS);
    expect(seen).toEqual([["conflict-merged", { attempts: 1 }]]);
  });

  it("rejects with the conflict at the deadline, and never before", async () => {
    const memory = new MemoryStore();
    await memory.create("id", { data: {}, expiresAt: Date.now() + HOUR_MS });
    const busy = wrapped(memory, {
      update: async (id, entry, options) => {
        await changeElsewhere(memory, id, { n: Math.random() });
        return memory.update(id, entry, options);
      },
    });
    const { store, calls } = spied(busy);
    const tracker = new SessionTracker(Object.assign(store, { timeoutMs: 200 }));
    const session = (await tracker.open("id"))!;
    const seen = seenEvents();
    await expect(session.save({ mine: 1 }, HOUR_MS)).rejects.toMatchObject({ code: "ERR_SESSION_CONFLICT" });
    const attempts = calls().length - 1;
    expect(attempts).toBeGreaterThan(5);
    expect(seen).toEqual([["conflict-rejected", { attempts }]]);
    expect(session.status).toBe("stored");
  });

  it("rejects at the deadline if a retry is not answered, as a write that may be applied", async () => {
    const memory = new MemoryStore();
    await memory.create("id", { data: {}, expiresAt: Date.now() + HOUR_MS });
    let updates = 0;
    const store = wrapped(memory, {
      update: (id, entry, options) =>
        updates++ === 0 ? memory.update(id, entry, options) : new Promise(() => {}),
    });
    const tracker = new SessionTracker(Object.assign(store, { timeoutMs: 100 }));
    const session = (await tracker.open("id"))!;
    await changeElsewhere(memory, "id", { theirs: 1 });
    await expect(session.save({ mine: 1 }, HOUR_MS)).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      reason: "timeout",
      outcome: "unknown",
      message: expect.stringContaining("no answer within the save's deadline") as string,
    });
  });

  it("rejects with a TypeError if the store does not say what is stored", async () => {
    const conflict = () => new SessionConflictError(undefined as never);
    const { stored, open } = track(
      {},
      refusing(() => true, conflict),
    );
    await stored({});
    await expect((await open()).save({ n: 1 }, HOUR_MS)).rejects.toThrow(
      new TypeError("the store rejected with a SessionConflictError without `current`, the stored record"),
    );
  });
});

describe("onConflict", () => {
  it('"reject" rejects a change at the first conflict', async () => {
    const { store, stored, open, read, calls } = track({ onConflict: "reject" });
    await stored({});
    const session = await open();
    await changeElsewhere(store, "id", { theirs: 1 });
    const seen = seenEvents();
    calls();
    await expect(session.save({ mine: 1 }, HOUR_MS)).rejects.toMatchObject({ code: "ERR_SESSION_CONFLICT" });
    expect(calls()).toEqual(["update"]);
    expect(await read()).toEqual({ theirs: 1 });
    expect(seen).toEqual([["conflict-rejected", { attempts: 1 }]]);
  });

  it('"reject" rejects all but one of parallel changes, also in one process', async () => {
    const { stored, open, read } = track({ onConflict: "reject" });
    await stored({});
    const sessions = await Promise.all(numbers(5).map(() => open()));
    const results = await Promise.allSettled(
      sessions.map((session, n) => session.save({ [`field${n}`]: n }, HOUR_MS)),
    );
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", ...numbers(4).map(() => "rejected")]);
    expect(await read()).toEqual({ field0: 0 });
  });

  it('"reject" extends the expiry of an unchanged session all the same', async () => {
    const { store, stored, open } = track({ onConflict: "reject" });
    await stored({}, HOUR_MS / 2);
    const session = await open();
    await changeElsewhere(store, "id", { theirs: 1 });
    expect(await session.touch(HOUR_MS)).toBe(true);
    expect((await store.get("id"))!.expiresAt).toBeGreaterThan(Date.now() + HOUR_MS - 5_000);
  });

  it('"overwrite" writes all fields of the request, without a version', async () => {
    const { store, stored, open, read } = track({ onConflict: "overwrite" });
    await stored({ n: 1 });
    const session = await open();
    await changeElsewhere(store, "id", { theirs: 1 });
    await session.save({ n: 2 }, HOUR_MS);
    expect(await read()).toEqual({ n: 2 });
  });

  it("must be one of the three", () => {
    const options = { onConflict: "merge them" as "merge" };
    expect(() => new SessionTracker(new MemoryStore(), options)).toThrow(
      'onConflict must be "merge" or "overwrite" or "reject"',
    );
    expect(() => new SessionTracker(new MemoryStore(), { touchAfterMs: -1 })).toThrow("touchAfterMs");
  });
});
