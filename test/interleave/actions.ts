import fc from "fast-check";
import { type Edit, edit } from "./edits.js";

/** Kinds of requests, and how often each comes; see `handlers.ts`. Each has a slow step while it holds its session. */
const KINDS = {
  login: 1,
  write: 2,
  edit: 8,
  "save-twice": 2,
  "save-at-once": 1,
  read: 3,
  remember: 2,
  forget: 2,
  "change-cookie": 2,
  delete: 1,
  reload: 1,
  regenerate: 1,
  "regenerate-twice": 1,
  "save-and-regenerate": 1,
  logout: 1,
  "save-and-destroy": 1,
  "logout-everywhere": 1,
};
type Kind = keyof typeof KINDS;

const kind = fc.oneof(
  ...Object.entries(KINDS).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as Kind) })),
);

export interface Action {
  kind: Kind;
  /** True if its slow step takes `LONG_MS`, and not a moment. */
  isLong: boolean;
  /** Who signs in. */
  user: "ann" | "bob";
  /** Changes of nested fields. */
  edits: Edit[];
}

/** How the framework and the adapter are set up. */
export interface Setup {
  /** 0 makes each unchanged request a touch. */
  touchAfterMs: 0 | 60_000;
  /** Express's `resave`, Fastify's `rolling`: unchanged sessions are saved as well. */
  saveUnchanged: boolean;
  saveUninitialized: boolean;
}

/** The tabs of a browser, which share its cookies: each sends one request after the other, all tabs at once. */
export interface Plan extends Setup {
  tabs: Action[][];
  /** Servers that the tabs use in turn, each with a tracker of its own and, on Redis, a store of its own. */
  servers: number;
  /** True if the store knows users. */
  hasUsers: boolean;
  /** How far the clock goes each time that it is read: what is computed twice may differ by 1 ms. */
  tickMs: 0 | 1;
}

const action: fc.Arbitrary<Action> = fc.record({
  kind,
  isLong: fc.nat({ max: 5 }).map((n) => n === 5),
  user: fc.constantFrom("ann", "bob"),
  edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
});

export const plan: fc.Arbitrary<Plan> = fc.record({
  tabs: fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 }),
  servers: fc.constantFrom(1, 1, 2, 3),
  hasUsers: fc.boolean(),
  tickMs: fc.constantFrom(0, 1),
  touchAfterMs: fc.constantFrom(60_000, 0),
  saveUnchanged: fc.boolean(),
  saveUninitialized: fc.boolean(),
});

const MINUTE_MS = 60_000;

/** Idle timeout of a session unless a request changes it. */
export const IDLE_TIMEOUT_MS = 60 * MINUTE_MS;

/** No sum of these is near a sum of lifetimes, which are whole minutes: it is always clear what has expired. */
export const LONG_MS = 40 * MINUTE_MS + 13_000;

/** Returns a lifetime that no other request sets. */
export function lifetimeOf(kind: Kind, request: number): number {
  return ((kind === "forget" ? 20 : 120) + request) * MINUTE_MS;
}
