import { durationMs } from "../internal/validation.js";
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
  return {
    ...checkTrackerOptions(options),
    ttlMs: typeof ttlMs === "function" ? ttlMs : durationMs("ttlMs", ttlMs, { max: 100 * YEAR_MS }),
  };
}
