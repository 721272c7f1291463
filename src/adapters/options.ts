import { durationMs } from "../internal/validation.js";
import { warnIfSeconds } from "../internal/warn-once.js";
import type { SessionData } from "../store.js";
import { TRACKER_OPTIONS, type TrackerOptions, checkTrackerOptions } from "../tracker/options.js";

/** Options that the adapters for session packages share. */
export interface AdapterOptions extends TrackerOptions {
  /**
   * Session lifetime in milliseconds if the cookie has no expiry. Pass a function to set the lifetime of each
   * session, whatever its cookie.
   * @default 86_400_000
   */
  ttlMs?: number | ((session: SessionData) => number);
}

export type CheckedAdapterOptions = Required<AdapterOptions>;

export const ADAPTER_OPTIONS = [...TRACKER_OPTIONS, "ttlMs"] as const;

const YEAR_MS = 31_557_600_000;

/**
 * Returns the options with their defaults.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function checkAdapterOptions(options: AdapterOptions): CheckedAdapterOptions {
  const { ttlMs = 86_400_000 } = options;
  warnIfSeconds("ttlMs", ttlMs);
  return {
    ...checkTrackerOptions(options),
    ttlMs: typeof ttlMs === "function" ? ttlMs : durationMs("ttlMs", ttlMs, { max: 100 * YEAR_MS }),
  };
}

/** Splits options into those of the adapter and those of the session package. */
export function splitAdapterOptions<O extends AdapterOptions>(
  options: O,
): { adapterOptions: AdapterOptions; others: Omit<O, keyof AdapterOptions> } {
  const { onConflict, touchAfterMs, ttlMs, ...others } = options;
  const adapterOptions = {
    ...(onConflict !== undefined && { onConflict }),
    ...(touchAfterMs !== undefined && { touchAfterMs }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
  return { adapterOptions, others };
}

/** Throws a TypeError if a preset received an adapter together with an option of the adapter. */
export function checkAdapterPlace(preset: string, adapter: string, options: AdapterOptions): void {
  const name = ADAPTER_OPTIONS.find((each) => options[each] !== undefined);
  if (name !== undefined)
    throw new TypeError(`${preset} received ${name} next to ${adapter}(): pass it to ${adapter}`);
}
