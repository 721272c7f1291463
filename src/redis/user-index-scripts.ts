import { Script } from "./scripts.js";

/**
 * Operations on a user's index as scripts. The index is one sorted set with two members for each login:
 *
 * - `<login>:<storage id>`, whose score is the number of the login. These members order the logins.
 * - `-<login>`, whose score is the negative expiry, in ms of the clock of Redis. These members find expired logins.
 *
 * The first 16 characters of a login member are the number of the login: its time in microseconds of the clock of
 * Redis.
 */

/** Maximum number of expired logins that one script removes. */
export const MAX_REMOVED = 100;

/** Lua code that reads the time: `now` in ms, `micros` in µs. */
const TIME = `
local key, time = KEYS[1], redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)
`;

/** Returns Lua code that removes expired logins and makes the key expire with the last login. */
const cleanUp = (max: number) => `
for _, expiry in ipairs(redis.call('ZRANGEBYSCORE', key, -now, '(0', 'LIMIT', 0, ${max})) do
  local login = string.sub(expiry, 2)
  redis.call('ZREMRANGEBYSCORE', key, login, login)
  redis.call('ZREM', key, expiry)
end
local last = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
if last[2] and tonumber(last[2]) < 0 then redis.call('PEXPIREAT', key, string.format('%.0f', -last[2])) end
`;
const CLEAN_UP = /* @__PURE__ */ cleanUp(MAX_REMOVED);

/**
 * Adds a login. ARGV: the storage id, the lifetime in ms, the maximum number of logins (0 for no limit). Returns the
 * number of the login, or false at the maximum. The number is larger than that of the user's newest login, even if
 * the clock of Redis was set back. The first write adds a member, so that Redis refuses it if its memory is full.
 */
export const ADD = /* @__PURE__ */ new Script(
  TIME,
  `
local max = tonumber(ARGV[3])
if max > 0 and redis.call('ZCOUNT', key, '(0', '+inf') - redis.call('ZCOUNT', key, -now, '(0') >= max then
  return false
end
local newest = redis.call('ZREVRANGE', key, 0, 0)[1]
local last = newest and tonumber(string.sub(newest, 1, 16)) or 0
local login = string.format('%016.0f', math.max(micros, last + 1))
redis.call('ZADD', key, login, login .. ':' .. ARGV[1], -(now + ARGV[2]), '-' .. login)
`,
  CLEAN_UP,
  `
return login
`,
);

/**
 * Changes the expiry of a login. ARGV: its member, the lifetime in ms, 1 to add the login if it is missing. Returns 1
 * if the login existed, else 0. The first write removes a member, which Redis accepts even if its memory is full.
 */
export const EXTEND = /* @__PURE__ */ new Script(
  TIME,
  `
local login = string.sub(ARGV[1], 1, 16)
local found = redis.call('ZSCORE', key, ARGV[1]) and 1 or 0
redis.call('ZREM', key, '-' .. login)
if found == 1 or ARGV[3] == '1' then
  redis.call('ZADD', key, login, ARGV[1], -(now + ARGV[2]), '-' .. login)
end
`,
  CLEAN_UP,
  `
return found
`,
);

/** Removes a login. ARGV: its member. */
export const REMOVE = /* @__PURE__ */ new Script(
  TIME,
  `
redis.call('ZREM', key, ARGV[1], '-' .. string.sub(ARGV[1], 1, 16))
`,
  CLEAN_UP,
  `
`,
);

/** Returns the number of logins, or false if the given login is missing. ARGV: its member. Writes nothing. */
export const CONFIRM = /* @__PURE__ */ new Script(`
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return false end
return redis.call('ZCOUNT', KEYS[1], '(0', '+inf')
`);

/**
 * Returns a page of login members in order. ARGV: the command, its two bounds, the maximum number. Writes nothing. As
 * a script, it is sent to a master even by a Cluster client that sends reads to replicas.
 */
export const PAGE = /* @__PURE__ */ new Script(`
return redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
`);
