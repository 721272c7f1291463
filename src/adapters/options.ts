import { durationMs } from "../internal/validation.js";
import { warnIfSeconds } from "../internal/warn-once.js";
import type { SessionData } from "../store.js";
import { TRACKER_OPTIONS, type TrackerOptions, checkTrackerOptions } from "../tracker/options.js";

/** Options that the adapters for session packages share. */
export interface AdapterOptions extends TrackerOptions {
  /**
   * Session lifetime in milliseconds when the cookie has no expiry; pass a function to set it per session.
   * @default 86_400_000
   */
  ttlMs?: number | ((session: SessionData) => number);
}

export type CheckedAdapterOptions = Required<AdapterOptions>;

export const ADAPTER_OPTIONS = [...TRACKER_OPTIONS, "ttlMs"] as const;

const YEAR_MS = 31_557_600_000;

/** @throws TypeError that names the invalid option and the accepted values. */
export function checkAdapterOptions(options: AdapterOptions): CheckedAdapterOptions {
  const { ttlMs = 86_400_000 } = options;
  warnIfSeconds("ttlMs", ttlMs);
  return {
    ...checkTrackerOptions(options),
    ttlMs: typeof ttlMs === "function" ? ttlMs : durationMs("ttlMs", ttlMs, { max: 100 * YEAR_MS }),
  };
}

/** Separates the options of the adapter from those of the package that it is for. */
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

/** @throws TypeError if an option of the adapter is given to a preset that received the adapter itself. */
export function checkAdapterPlace(preset: string, adapter: string, options: AdapterOptions): void {
  const name = ADAPTER_OPTIONS.find((each) => options[each] !== undefined);
  if (name !== undefined)
    throw new TypeError(`${preset} received ${name} next to ${adapter}(): pass it to ${adapter}`);
}
