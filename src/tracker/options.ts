import { durationMs, oneOf } from "../internal/validation.js";

/** Options for saving sessions. */
export interface TrackerOptions {
  /**
   * Policy for a save if another request has changed the session since this request read it:
   *
   * - `"merge"`: apply the changes of this request to the stored session. Nested objects are merged; if both requests
   *   changed the same value, the later write wins.
   * - `"overwrite"`: write all fields.
   * - `"reject"`: reject with `SessionConflictError`.
   * @default "merge"
   */
  onConflict?: "merge" | "overwrite" | "reject";
  /**
   * Minimum interval at which the expiry of an unchanged session is refreshed, in milliseconds. It is shorter for a
   * session whose lifetime is below ten times this value. 0 refreshes the expiry on every request.
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
