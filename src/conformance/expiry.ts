import assert from "node:assert/strict";
import { MIN_EXPIRES_AT } from "../codec/payload.js";
import type { SessionEntry } from "../store.js";
import { assertConflicts } from "./conflicts.js";
import { MARK, idOf, outcomeOf } from "./rejections.js";
import { type Sentence, inParallel } from "./sentence.js";
import type { Trial } from "./trial.js";

/** Short, since by default the clock is the real one. */
const LIFETIME_MS = 120;

/** The end of a session. */
export const expiry: Sentence[] = [
  {
    says: "`touch` moves the expiry only; data and version stay.",
    test: async (trial) => {
      const { store } = trial;
      const data = { user: MARK, n: 1 };
      const version = await store.create(idOf(1), trial.entry(data));
      const untouched = trial.entry(data);
      await store.create(idOf(2), untouched);
      for (const lifetimeMs of [3_600_000, 60 * 86_400_000]) {
        const entry = trial.entry({ n: 2 }, lifetimeMs);
        assert.equal(await store.touch(idOf(1), entry), true, "touch resolves to true");
        await trial.assertUnchanged(idOf(1), { data, version, expiresAt: entry.expiresAt });
      }
      trial.assertMoment((await trial.stored(idOf(2))).expiresAt, untouched.expiresAt);

      const updated = await store.update(idOf(1), trial.entry({ n: 3 }), { ifVersion: version });
      assert.equal(typeof updated, "string", "its version still serves for ifVersion");
    },
  },
  {
    says: "`touch` only extends: an `expiresAt` before the stored one changes nothing, and the call still resolves to `true`.",
    test: async (trial) => {
      const { store } = trial;
      await store.create(idOf(1), trial.entry({ n: 1 }, 3_600_000));
      const stored = await trial.stored(idOf(1));
      for (const options of [{}, { ifVersion: stored.version }]) {
        for (const earlier of [trial.entry({}, 60_000), trial.pastEntry(), pastEntryAt(MIN_EXPIRES_AT)]) {
          assert.equal(await store.touch(idOf(1), earlier, options), true, "touch resolves to true");
          await trial.assertUnchanged(idOf(1), stored);
        }
      }
      const [sooner, later] = [trial.entry({}, 7_200_000), trial.entry({}, 10_800_000)];
      for (const [name, entries] of Object.entries({ up: [sooner, later], down: [later, sooner] })) {
        await store.create(idOf(name), trial.entry());
        const touches = entries.map((entry) => store.touch(idOf(name), entry));
        assert.deepEqual(await Promise.all(touches), [true, true]);
        trial.assertMoment((await trial.stored(idOf(name))).expiresAt, later.expiresAt);
      }
    },
  },
  {
    says: "`touch` with `ifVersion` rejects with `SessionConflictError`, which carries the current record, when the stored version differs; check and write are one atomic step.",
    test: async (trial) => {
      const { store } = trial;
      const old = await store.create(idOf(1), trial.entry({ user: MARK, n: 1 }));
      const version = (await store.update(idOf(1), trial.entry({ user: MARK, n: 2 })))!;
      for (const entry of [trial.entry({ n: 3 }, 3_600_000), trial.entry({}, 1_000), trial.pastEntry()]) {
        await assertConflicts(trial, [old, "another", ""], (ifVersion) =>
          store.touch(idOf(1), entry, { ifVersion }),
        );
      }
      const later = trial.entry({ n: 3 }, 3_600_000);
      assert.equal(await store.touch(idOf(1), later, { ifVersion: version }), true, "the stored version");
      const data = { user: MARK, n: 2 };
      await trial.assertUnchanged(idOf(1), { data, version, expiresAt: later.expiresAt });

      // An update sets the expiry. A touch that compares before it and writes after it extends the updated session.
      await inParallel(async (n) => {
        const ifVersion = await store.create(idOf(`raced-${n}`), trial.entry({ n }));
        const updated = trial.entry({ n: -1 }, 120_000);
        await Promise.all([
          outcomeOf("ERR_SESSION_CONFLICT", () => store.touch(idOf(`raced-${n}`), later, { ifVersion })),
          store.update(idOf(`raced-${n}`), updated),
        ]);
        trial.assertMoment((await trial.stored(idOf(`raced-${n}`))).expiresAt, updated.expiresAt);
      });
    },
  },
  {
    says: "`create` and `update` accept a past `expiresAt`, which leaves nothing readable.",
    test: async (trial) => {
      const { store } = trial;
      const pasts = [trial.pastEntry(), trial.pastEntry(60_000), pastEntryAt(MIN_EXPIRES_AT)];
      for (const [n, past] of pasts.entries()) {
        for (const [way, write] of ways(trial).filter(([way]) => way !== "touch")) {
          const id = idOf(`${way}-${n}`);
          assert.ok(await write(id, past), `${way} succeeds`);
          assert.equal(await store.get(id), undefined, `${way} leaves nothing to get`);
          assert.equal(await store.update(id, trial.entry()), undefined, `nor to update`);
          assert.equal(await store.destroy(id), false, `nor to destroy`);
          await trial.assertEmpty();
        }
      }
      await store.create(idOf("again"), trial.pastEntry());
      await store.create(idOf("again"), trial.entry({ again: true }));
      assert.deepEqual((await trial.stored(idOf("again"))).data, { again: true }, "the id is free");
    },
  },
  {
    says: "A session is gone once its `expiresAt` has passed.",
    test: async (trial) => {
      const { store } = trial;
      // Each of these finds another session, so that none is helped by what another removed.
      const asks: [string, (id: string) => Promise<unknown>, unknown][] = [
        ["get", (id) => store.get(id), undefined],
        ["update", (id) => store.update(id, trial.entry()), undefined],
        ["ifVersion", (id) => store.update(id, trial.entry(), { ifVersion: "any" }), undefined],
        ["touch", (id) => store.touch(id, trial.entry()), false],
        ["destroy", (id) => store.destroy(id), false],
        ["create", async (id) => typeof (await store.create(id, trial.entry())), "string"],
      ];
      // What was extended in time lives on.
      const lasting: string[] = [];
      for (const [name, extend] of [
        ["extended-by-touch", (id: string) => store.touch(id, trial.entry())],
        ["extended-by-update", (id: string) => store.update(id, trial.entry())],
      ] as const) {
        const short = trial.entry({}, LIFETIME_MS);
        await store.create(idOf(name), short);
        if (await extend(idOf(name))) lasting.push(idOf(name));
        else trial.assertNotEarly(short.expiresAt);
      }
      const end = trial.entry({ user: MARK }, LIFETIME_MS);
      const doomed = asks.flatMap(([ask]) => ways(trial).map(([way, write]) => write(idOf(ask + way), end)));
      await Promise.all(doomed);
      await trial.untilOver(end.expiresAt, doomed.length, async () => (await store.count()) - lasting.length);

      assert.deepEqual(await trial.storedIds(), lasting.sort(), "ids leaves them out");
      for (const [ask, call, answer] of asks) {
        for (const [way] of ways(trial)) {
          assert.deepEqual(await call(idOf(ask + way)), answer, `${ask} after ${way}`);
        }
      }
      for (const id of lasting) await trial.stored(id);
    },
  },
];

type Way = [name: string, write: (id: string, end: SessionEntry) => Promise<unknown>];

/** Every way to give a session this end; each resolves to something truthy. */
function ways(trial: Trial): Way[] {
  const { store } = trial;
  const create = (id: string) => store.create(id, trial.entry());
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
  return { data: { user: MARK, late: true }, expiresAt };
}
