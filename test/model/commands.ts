import fc from "fast-check";

export const HOUR_MS = 3_600_000;
export const IDS = ["a", "b", "c", "d", "e", "f", "Z-_~!", "x".repeat(256)];
const NOT_IDS = ["", "a b", "é", "a\n", "x".repeat(257)];

/** Which version an update asks for; the model knows which one that is by then. */
export type IfVersion = "none" | "current" | "earlier" | "of another" | "unknown";

export type Command =
  | { type: "create"; id: string; value: unknown; lifeMs: number }
  | { type: "update"; id: string; value: unknown; lifeMs: number; ifVersion: IfVersion; same: boolean }
  | { type: "touch"; id: string; lifeMs: number; ifVersion: IfVersion }
  | { type: "destroy"; id: string }
  /** In one tick, which a store may answer together. */
  | { type: "get"; ids: string[] }
  | { type: "count" | "ids" | "clear" }
  | { type: "time passes"; ms: number }
  | { type: "bad data" | "bad expiry"; method: "create" | "update"; id: string };

const id = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...IDS) },
  { weight: 1, arbitrary: fc.constantFrom(...NOT_IDS) },
);
// Half an hour away from each step of the clock, so that the seconds that a run takes decide nothing.
const lifeMs = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }).map((hours) => (hours + 0.5) * HOUR_MS) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, -HOUR_MS) },
);
const value = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.integer(),
  fc.constantFrom(null, true, [], {}, [{ a: [1, "2", { b: null }] }], "😀\u2028\u0000\ud800"),
);
const ifVersion = fc.constantFrom<IfVersion[]>("none", "current", "earlier", "of another", "unknown");

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("create" as const), id, value, lifeMs }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("update" as const),
      id,
      value,
      lifeMs,
      ifVersion,
      same: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("touch" as const), id, lifeMs, ifVersion }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("destroy" as const), id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("get" as const),
      ids: fc.array(id, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("count" as const, "ids" as const) }) },
  { weight: 1, arbitrary: fc.constant({ type: "clear" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("time passes" as const),
      ms: fc.integer({ min: 1, max: 4 }).map((hours) => hours * HOUR_MS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom("bad data" as const, "bad expiry" as const),
      method: fc.constantFrom("create" as const, "update" as const),
      id,
    }),
  },
);
