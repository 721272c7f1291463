import { Script } from "./scripts.js";

/**
 * Steps on a user's index as scripts. The index is one sorted set with two members for each login:
 *
 * - `<login>:<storage id>` with the number of the login as its score. These order the logins.
 * - `-<login>` with its expiry as a negative score, in ms of Redis's clock, as Redis's own expiries are. These find
 *   what has expired.
 *
 * The first 16 characters of a login member are the number of the login, which are microseconds of Redis's clock.
 */

/** Maximum number of expired logins that one script removes. */
export const MAX_REMOVED = 100;

/** Reads the time: `now` in ms, `micros` in µs. */
const TIME = `
local key, time = KEYS[1], redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
`;

/** Removes expired logins, and lets the key expire with the last one. */
const CLEAN_UP = `
for _, expiry in ipairs(redis.call('ZRANGEBYSCORE', key, -now, '(0', 'LIMIT', 0, ${MAX_REMOVED})) do
  local login = string.sub(expiry, 2)
  redis.call('ZREMRANGEBYSCORE', key, login, login)
  redis.call('ZREM', key, expiry)
end
local last = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
if last[2] and tonumber(last[2]) < 0 then redis.call('PEXPIREAT', key, string.format('%.0f', -last[2])) end
`;

/**
 * Adds a login. ARGV: the storage id, the lifetime in ms, the maximum number of logins (0 for no limit). Returns the
 * number of the login, or false at the maximum. It is larger than the user's newest one even if Redis's clock was set
 * back. The first write adds a member, so a full Redis refuses it.
 */
export const ADD = new Script(`${TIME}
local max = tonumber(ARGV[3])
if max > 0 and redis.call('ZCOUNT', key, '(0', '+inf') - redis.call('ZCOUNT', key, -now, '(0') >= max then
  return false
end
local newest = redis.call('ZREVRANGE', key, 0, 0)[1]
local last = newest and tonumber(string.sub(newest, 1, 16)) or 0
local login = string.format('%016.0f', math.max(micros, last + 1))
redis.call('ZADD', key, login, login .. ':' .. ARGV[1], -(now + ARGV[2]), '-' .. login)
${CLEAN_UP}
return login
`);

/**
 * Changes the expiry of a login. ARGV: its member, the lifetime in ms, 1 to add it if it is missing. Returns 1 if it
 * was there, else 0. The first write removes a member, which a full Redis accepts.
 */
export const EXTEND = new Script(`${TIME}
local login = string.sub(ARGV[1], 1, 16)
local found = redis.call('ZSCORE', key, ARGV[1]) and 1 or 0
redis.call('ZREM', key, '-' .. login)
if found == 1 or ARGV[3] == '1' then
  redis.call('ZADD', key, login, ARGV[1], -(now + ARGV[2]), '-' .. login)
end
${CLEAN_UP}
return found
`);

/** Removes a login. ARGV: its member. */
export const REMOVE = new Script(`${TIME}
redis.call('ZREM', key, ARGV[1], '-' .. string.sub(ARGV[1], 1, 16))
${CLEAN_UP}
`);

/** Returns the number of logins, or false if one is missing. ARGV: its member. Writes nothing. */
export const CONFIRM = new Script(`
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
return redis.call('ZCOUNT', KEYS[1], '(0', '+inf')
`);

/**
 * Returns a page of login members in order. ARGV: the command, its two bounds, the maximum number. Writes nothing. It
 * is a script so that a Cluster client sends it to a master, whatever it does with reads.
 */
export const PAGE = new Script(`
return redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
`);
