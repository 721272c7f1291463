// Decisions that OWASP ASVS 5.0 requires to be documented (7.1.1, 7.1.2); the README has the reasons.

const MINUTE_MS = 60_000;

/** Idle timeout: a session ends this long after its last request. */
export const IDLE_LIFETIME_MS = 30 * MINUTE_MS;
/** Absolute timeout: a session ends this long after its sign-in. */
export const ABSOLUTE_LIFETIME_MS = 12 * 60 * MINUTE_MS;
/** Number of devices that a user can be signed in on. Another sign-in ends the oldest session. */
export const MAX_DEVICES = 5;
/** Time after which the app asks for the password again before it signs devices out. */
export const CONFIRMED_FOR_MS = 10 * MINUTE_MS;
/** Interval at which "last seen" is written, so that most requests only read. */
export const LAST_SEEN_EVERY_MS = MINUTE_MS;
