import type { UnavailableReason } from "sessionary";

/** The methods, in the order of the table in docs/faults.md. `getMany` is reads of one tick, which go together. */
export const METHODS = [
  "get",
  "getMany",
  "create",
  "update",
  "updateIfVersion",
  "touch",
  "destroy",
  "ids",
  "count",
  "clear",
  "ping",
] as const;
export type Method = (typeof METHODS)[number];

/**
 * What a method does: it works, or misses a session that is there, or finds the id taken, or rejects: with
 * `ScriptsForbiddenError`, or with a `StoreUnavailableError` of this reason and the outcome "not-applied".
 */
export type Cell = "works" | "miss" | "exists" | "scripts" | UnavailableReason;
export type Row = Record<Method, Cell>;

const all = (cell: Cell): Row => Object.fromEntries(METHODS.map((method) => [method, cell])) as Row;

const WRITES = ["create", "update", "updateIfVersion", "touch", "destroy", "clear"] as const;
const writes = (cell: Cell): Row => ({
  ...all("works"),
  ...Object.fromEntries(WRITES.map((method) => [method, cell])),
});

/** What each error of a server makes of each method. docs/faults.md has the same table, and a test says so. */
export const ERROR_TABLE: Record<string, Row> = {
  READONLY: writes("readonly"),
  // A replica that has lost its master, and serves nothing without it.
  MASTERDOWN: {
    ...all("loading"),
    create: "readonly",
    update: "readonly",
    touch: "readonly",
    destroy: "readonly",
  },
  LOADING: all("loading"),
  OOM: {
    ...all("works"),
    create: "out-of-memory",
    update: "out-of-memory",
    updateIfVersion: "out-of-memory",
  },
  NOSCRIPT: all("works"),
  CLUSTERDOWN: { ...all("cluster-down"), ids: "works", count: "works", ping: "works" },
  "MOVED loop": { ...all("cluster-down"), ids: "works", count: "works", ping: "works" },
  NOAUTH: all("auth"),
  WRONGPASS: all("auth"),
  NOPERM: { ...all("permission"), ping: "works" },
  // A user who may run no scripts.
  "NOPERM on EVAL": { ...all("works"), updateIfVersion: "scripts" },
  // A user who may run scripts, and not what they do.
  "NOPERM on GET": {
    ...all("works"),
    get: "permission",
    getMany: "permission",
    updateIfVersion: "permission",
  },
  WRONGTYPE: { ...all("works"), get: "miss", getMany: "miss", create: "exists", updateIfVersion: "miss" },
  BUSY: all("busy"),
  MISCONF: { ...writes("misconfigured"), ping: "misconfigured" },
  NOREPLICAS: writes("misconfigured"),
};
