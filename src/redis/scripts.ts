import { createHash } from "node:crypto";
import type { Arg, Call } from "./clients/driver.js";
import { replyPrefix } from "./server-errors.js";

export class Script {
  readonly #source: string;
  readonly #sha: string;

  constructor(source: string) {
    this.#source = source;
    this.#sha = createHash("sha1").update(source).digest("hex");
  }

  /** Runs by digest. Sends the source if the server does not have it (a restart, SCRIPT FLUSH). */
  async run(call: Call, keys: string[], args: Arg[] = []): Promise<unknown> {
    try {
      return await call.send(["evalsha", this.#sha, keys.length], keys, args);
    } catch (error) {
      if (replyPrefix(error) !== "NOSCRIPT") throw error;
      return call.send(["eval", this.#source, keys.length], keys, args);
    }
  }
}

/**
 * Returns the string stored under a key, or false when there is none or it has another type, which is no session.
 * The second value is any other error of the GET, for example that the user may not run it.
 */
const READ_STRING = `
local function read(key)
  local stored = redis.pcall('GET', key)
  if type(stored) ~= 'table' then return stored end
  if string.find(stored.err, 'WRONGTYPE', 1, true) then return false end
  return false, stored
end
`;

/**
 * Compare-and-set. KEYS: the sessions. ARGV, for each: the expected version, the payload, the lifetime in ms. Returns
 * for each 0 when there is no session, 1 when written, and payload and TTL of what is stored on a conflict. A payload
 * that is stored already under another version is a conflict too: of two requests that increment a counter, only one
 * may be told that it did.
 */
export const COMPARE_AND_SET = new Script(`${READ_STRING}
local replies = {}
for i = 1, #KEYS do
  local key, version, payload, lifetime = KEYS[i], ARGV[3 * i - 2], ARGV[3 * i - 1], tonumber(ARGV[3 * i])
  local stored, failure = read(key)
  if failure then return failure end
  if not stored then
    replies[i] = 0
  elseif redis.sha1hex(stored) ~= version then
    replies[i] = { stored, redis.call('PTTL', key) }
  else
    if lifetime > 0 then redis.call('SET', key, payload, 'PX', lifetime) else redis.call('DEL', key) end
    replies[i] = 1
  end
end
return replies
`);

/**
 * KEYS: the sessions. ARGV, for each: the payload, the lifetime in ms, and "NX" to write if the key is missing or "XX" if
 * it exists. A lifetime of 0 or less leaves no key. Returns for each 1 when written, else 0.
 */
export const SET_MANY = new Script(`
local replies = {}
for i = 1, #KEYS do
  local key, payload, lifetime, mode = KEYS[i], ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
  if tonumber(lifetime) > 0 then
    replies[i] = redis.call('SET', key, payload, 'PX', lifetime, mode) and 1 or 0
  elseif mode == 'XX' then
    replies[i] = redis.call('DEL', key)
  else
    replies[i] = 1 - redis.call('EXISTS', key)
  end
end
return replies
`);

/** KEYS: the sessions. Returns 1 for each that existed, else 0. */
export const DELETE_MANY = new Script(`
local replies = {}
for i = 1, #KEYS do replies[i] = redis.call('DEL', KEYS[i]) end
return replies
`);

/**
 * Extends the TTL of a key, never shortens it, and leaves a key without an expiry as it is. Returns 0 when the key is
 * missing, else 1. Written without `PEXPIRE … GT`, which Redis 6 does not have.
 */
const EXTEND = `
local function extend(key, lifetime)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < tonumber(lifetime) then redis.call('PEXPIRE', key, lifetime) end
  return left == -2 and 0 or 1
end
`;

/** KEYS: the sessions. ARGV, for each: the lifetime in ms. Returns for each 1, or 0 when it is missing. */
export const TOUCH_MANY = new Script(`${EXTEND}
local replies = {}
for i = 1, #KEYS do replies[i] = extend(KEYS[i], ARGV[i]) end
return replies
`);

/**
 * KEYS: the sessions. ARGV, for each: the expected version, the lifetime in ms. Returns for each 0 when there is no
 * session, 1 when its version is the expected one, and payload and TTL of what is stored on a conflict.
 */
export const COMPARE_AND_TOUCH = new Script(`${READ_STRING}${EXTEND}
local replies = {}
for i = 1, #KEYS do
  local key, version, lifetime = KEYS[i], ARGV[2 * i - 1], ARGV[2 * i]
  local stored, failure = read(key)
  if failure then return failure end
  if not stored then
    replies[i] = 0
  elseif redis.sha1hex(stored) ~= version then
    replies[i] = { stored, redis.call('PTTL', key) }
  else
    replies[i] = extend(key, lifetime)
  end
end
return replies
`);

/**
 * KEYS: the sessions. Gives payload and lifetime of each in one flat list, so that the client has one
 * reply to handle. Another type than a string gives 1 in the payload's place, any other error is the script's.
 */
export const READ_MANY = new Script(`
local replies = {}
for i = 1, #KEYS do
  local stored = redis.pcall('GET', KEYS[i])
  if type(stored) == 'table' then
    if not string.find(stored.err, 'WRONGTYPE', 1, true) then return stored end
    stored = 1
  end
  replies[2 * i - 1] = stored
  replies[2 * i] = stored and redis.call('PTTL', KEYS[i]) or -2
end
return replies
`);
