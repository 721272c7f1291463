import { durationMs, oneOf } from "../internal/validation.js";

/** Options for saving sessions. */
export interface TrackerOptions {
  /**
   * Policy for a save whose session was changed by another request since this one read it.
   * `"merge"`: apply what this request changed to what is stored; nested objects are merged, and on the same value
   * the later write wins. `"overwrite"`: write all fields. `"reject"`: reject with `SessionConflictError`.
   * @default "merge"
   */
  onConflict?: "merge" | "overwrite" | "reject";
  /**
   * Interval at which the expiry of an unchanged session is refreshed, in milliseconds; shorter for sessions that
   * live less than ten times this. 0 refreshes it on every request.
   * @default 60_000
   */
  touchAfterMs?: number;
}

export type CheckedTrackerOptions = Required<TrackerOptions>;

export const TRACKER_OPTIONS = ["onConflict", "touchAfterMs"] as const;

const POLICIES = ["merge", "overwrite", "reject"] as const;

/** @throws TypeError that names the invalid option and the accepted values. */
export function checkTrackerOptions(options: TrackerOptions): CheckedTrackerOptions {
  const { onConflict = "merge", touchAfterMs = 60_000 } = options;
  return {
    onConflict: oneOf("onConflict", onConflict, POLICIES),
    touchAfterMs: durationMs("touchAfterMs", touchAfterMs, { min: 0 }),
  };
}
