import { durationMs, oneOf } from "../internal/validation.js";
import type { SessionData } from "../store.js";

/** What both adapters take. */
export interface AdapterOptions {
  /**
   * What to do with a save whose session was changed since the request read it.
   * `"merge"`: write only the fields that this request changed; on the same field the later write wins.
   * `"overwrite"`: write all fields. `"reject"`: fail with `SessionConflictError`.
   * @default "merge"
   */
  onConflict?: "merge" | "overwrite" | "reject";
  /**
   * An unchanged session's expiry is moved only when it would move by this much; less for sessions that
   * live shorter than ten times this. 0 moves it on every request.
   * @default 60_000
   */
  touchAfterMs?: number;
  /**
   * How long a session lives whose cookie has no expiry; as a function, how long each session lives.
   * @default 86_400_000
   */
  ttlMs?: number | ((session: SessionData) => number);
}

export type CheckedAdapterOptions = Required<AdapterOptions>;

export const ADAPTER_OPTIONS = ["onConflict", "touchAfterMs", "ttlMs"] as const;

const POLICIES = ["merge", "overwrite", "reject"] as const;
const YEAR_MS = 31_557_600_000;

/** @throws TypeError naming the option and what it takes. */
export function checkAdapterOptions(options: AdapterOptions): CheckedAdapterOptions {
  const { onConflict = "merge", touchAfterMs = 60_000, ttlMs = 86_400_000 } = options;
  return {
    onConflict: oneOf("onConflict", onConflict, POLICIES),
    touchAfterMs: durationMs("touchAfterMs", touchAfterMs, { min: 0 }),
    ttlMs: typeof ttlMs === "function" ? ttlMs : durationMs("ttlMs", ttlMs, { max: 100 * YEAR_MS }),
  };
}
