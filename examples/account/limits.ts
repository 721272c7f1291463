// The decisions that OWASP ASVS 5.0 wants written down (7.1.1, 7.1.2); the README says why.

const MINUTE_MS = 60_000;

/** A session ends when nothing was heard of its browser for as long. */
export const IDLE_LIFETIME_MS = 30 * MINUTE_MS;
/** A session ends this long after its sign-in, however busy it is. */
export const ABSOLUTE_LIFETIME_MS = 12 * 60 * MINUTE_MS;
/** How many devices a user may be signed in on; one more ends the oldest. */
export const MAX_DEVICES = 5;
/** How long after the password was entered it is not asked for again. */
export const CONFIRMED_FOR_MS = 10 * MINUTE_MS;
/** "Last seen" is written at most this often, so that most requests only read. */
export const LAST_SEEN_EVERY_MS = MINUTE_MS;
