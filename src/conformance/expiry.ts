import assert from "node:assert/strict";
import { MIN_EXPIRES_AT } from "../codec/payload.js";
import type { SessionEntry } from "../store.js";
import { assertConflicts } from "./conflicts.js";
import { SECRET, idOf, outcomeOf } from "./rejections.js";
import { type Sentence, inParallel } from "./sentence.js";
import type { TestContext } from "./test-context.js";

/** Lifetime of the sessions that the tests let expire. Short, since the tests wait for the real clock by default. */
const LIFETIME_MS = 120;

/** Tests of the expiry. */
export const expiry: Sentence[] = [
  {
    title: "`touch` changes only the expiry; data and version stay the same.",
    test: async (context) => {
      const { store } = context;
      const data = { user: SECRET, n: 1 };
      const version = await store.create(idOf(1), context.entry(data));
      const untouched = context.entry(data);
      await store.create(idOf(2), untouched);
      for (const lifetimeMs of [3_600_000, 60 * 86_400_000]) {
        const entry = context.entry({ n: 2 }, lifetimeMs);
        assert.equal(await store.touch(idOf(1), entry), true, "touch resolves to true");
        await context.assertUnchanged(idOf(1), { data, version, expiresAt: entry.expiresAt });
      }
      context.assertMoment((await context.stored(idOf(2))).expiresAt, untouched.expiresAt);

      const updated = await store.update(idOf(1), context.entry({ n: 3 }), { ifVersion: version });
      assert.equal(typeof updated, "string", "its version is still valid for ifVersion");
    },
  },
  {
    title:
      "`touch` only extends: an `expiresAt` before the stored one changes nothing, and the call still resolves to `true`.",
    test: async (context) => {
      const { store } = context;
      await store.create(idOf(1), context.entry({ n: 1 }, 3_600_000));
      const stored = await context.stored(idOf(1));
      for (const options of [{}, { ifVersion: stored.version }]) {
        for (const earlier of [context.entry({}, 60_000), context.pastEntry(), pastEntryAt(MIN_EXPIRES_AT)]) {
          assert.equal(await store.touch(idOf(1), earlier, options), true, "touch resolves to true");
          await context.assertUnchanged(idOf(1), stored);
        }
      }
      const [sooner, later] = [context.entry({}, 7_200_000), context.entry({}, 10_800_000)];
      for (const [name, entries] of Object.entries({ up: [sooner, later], down: [later, sooner] })) {
        await store.create(idOf(name), context.entry());
        const touches = entries.map((entry) => store.touch(idOf(name), entry));
        assert.deepEqual(await Promise.all(touches), [true, true]);
        context.assertMoment((await context.stored(idOf(name))).expiresAt, later.expiresAt);
      }
    },
  },
  {
    title:
      "`touch` with `ifVersion` rejects with `SessionConflictError`, which contains the current record, if the stored version differs; check and write are one atomic step.",
    test: async (context) => {
      const { store } = context;
      const old = await store.create(idOf(1), context.entry({ user: SECRET, n: 1 }));
      const version = (await store.update(idOf(1), context.entry({ user: SECRET, n: 2 })))!;
      for (const entry of [
        context.entry({ n: 3 }, 3_600_000),
        context.entry({}, 1_000),
        context.pastEntry(),
      ]) {
        await assertConflicts(context, [old, "another", ""], (ifVersion) =>
          store.touch(idOf(1), entry, { ifVersion }),
        );
      }
      const later = context.entry({ n: 3 }, 3_600_000);
      assert.equal(await store.touch(idOf(1), later, { ifVersion: version }), true, "the stored version");
      const data = { user: SECRET, n: 2 };
      await context.assertUnchanged(idOf(1), { data, version, expiresAt: later.expiresAt });

      // An update sets the expiry. A touch that compares before it and writes after it extends the updated session.
      await inParallel(async (n) => {
        const ifVersion = await store.create(idOf(`raced-${n}`), context.entry({ n }));
        const updated = context.entry({ n: -1 }, 120_000);
        await Promise.all([
          outcomeOf("ERR_SESSION_CONFLICT", () => store.touch(idOf(`raced-${n}`), later, { ifVersion })),
          store.update(idOf(`raced-${n}`), updated),
        ]);
        context.assertMoment((await context.stored(idOf(`raced-${n}`))).expiresAt, updated.expiresAt);
      });
    },
  },
  {
    title: "`create` and `update` accept an `expiresAt` in the past; the session is then gone.",
    test: async (context) => {
      const { store } = context;
      const pasts = [context.pastEntry(), context.pastEntry(60_000), pastEntryAt(MIN_EXPIRES_AT)];
      for (const [n, past] of pasts.entries()) {
        for (const [way, write] of ways(context).filter(([way]) => way !== "touch")) {
          const id = idOf(`${way}-${n}`);
          assert.ok(await write(id, past), `${way} succeeds`);
          assert.equal(await store.get(id), undefined, `get finds nothing after ${way}`);
          assert.equal(
            await store.update(id, context.entry()),
            undefined,
            `update finds nothing after ${way}`,
          );
          assert.equal(await store.destroy(id), false, `destroy finds nothing after ${way}`);
          await context.assertEmpty();
        }
      }
      await store.create(idOf("again"), context.pastEntry());
      await store.create(idOf("again"), context.entry({ again: true }));
      assert.deepEqual(
        (await context.stored(idOf("again"))).data,
        { again: true },
        "the id can be used again",
      );
    },
  },
  {
    title: "A session is gone when its `expiresAt` has passed.",
    test: async (context) => {
      const { store } = context;
      // Each call has its own session, so that no call depends on an expired session that another call removed.
      const asks: [string, (id: string) => Promise<unknown>, unknown][] = [
        ["get", (id) => store.get(id), undefined],
        ["update", (id) => store.update(id, context.entry()), undefined],
        ["ifVersion", (id) => store.update(id, context.entry(), { ifVersion: "any" }), undefined],
        ["touch", (id) => store.touch(id, context.entry()), false],
        ["destroy", (id) => store.destroy(id), false],
        ["create", async (id) => typeof (await store.create(id, context.entry())), "string"],
      ];
      // Sessions that were extended before their expiry.
      const extended: string[] = [];
      for (const [name, extend] of [
        ["extended-by-touch", (id: string) => store.touch(id, context.entry())],
        ["extended-by-update", (id: string) => store.update(id, context.entry())],
      ] as const) {
        const short = context.entry({}, LIFETIME_MS);
        await store.create(idOf(name), short);
        if (await extend(idOf(name))) extended.push(idOf(name));
        else context.assertNotEarly(short.expiresAt);
      }
      const end = context.entry({ user: SECRET }, LIFETIME_MS);
      const expiring = asks.flatMap(([ask]) =>
        ways(context).map(([way, write]) => write(idOf(ask + way), end)),
      );
      await Promise.all(expiring);
      await context.untilOver(
        end.expiresAt,
        expiring.length,
        async () => (await store.count()) - extended.length,
      );

      assert.deepEqual(await context.storedIds(), extended.sort(), "ids does not yield expired sessions");
      for (const [ask, call, answer] of asks) {
        for (const [way] of ways(context)) {
          assert.deepEqual(await call(idOf(ask + way)), answer, `${ask} after ${way}`);
        }
      }
      for (const id of extended) await context.stored(id);
    },
  },
];

type Way = [name: string, write: (id: string, end: SessionEntry) => Promise<unknown>];

/** Returns every way to give a session this expiry. Each resolves to a truthy value. */
function ways(context: TestContext): Way[] {
  const { store } = context;
  const create = (id: string) => store.create(id, context.entry());
  return [
    ["create", (id, end) => store.create(id, end)],
    ["update", async (id, end) => (await create(id), store.update(id, end))],
    ["ifVersion", async (id, end) => store.update(id, end, { ifVersion: await create(id) })],
    [
      "touch",
      async (id, end) => {
        await store.create(id, { ...end, expiresAt: end.expiresAt - 1 });
        return store.touch(id, end);
      },
    ],
  ];
}

function pastEntryAt(expiresAt: number): SessionEntry {
  return { data: { user: SECRET, late: true }, expiresAt };
}
