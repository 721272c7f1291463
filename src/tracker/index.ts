export { SessionTracker } from "./session-tracker.js";
export { TrackedSession } from "./tracked-session.js";
export type { Lifetime } from "./lifetime.js";
export type { SessionFormat, Fields } from "./format.js";
export type { TrackerOptions } from "./options.js";
export { merge } from "./merge.js";
