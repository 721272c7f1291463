import { createHash } from "node:crypto";
import type { Arg, Call } from "./clients/driver.js";
import { replyPrefix } from "./server-errors.js";

/**
 * Lua script. The scripts are marked as pure, and consist of parts in place of a template that contains others, so that
 * bundlers remove them from an app that does not use Redis.
 */
export class Script {
  readonly #source: string;
  readonly #sha: string;

  constructor(...parts: string[]) {
    this.#source = parts.join("");
    this.#sha = createHash("sha1").update(this.#source).digest("hex");
  }

  /**
   * Runs the script by its digest. Sends the source if the server does not have it, as after a restart or SCRIPT
   * FLUSH.
   */
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
 * Lua function that returns the string stored under a key, or false if the key is missing or has another type, and
 * thus is no session. Its second value is any other error of GET, for example that the ACL forbids it.
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
 * for each 0 if there is no session, 1 if it was written, and the stored payload and TTL on a conflict. It is also a
 * conflict if the stored payload equals the new one but the expected version differs: of two requests that increment
 * a counter, only one may succeed.
 */
export const COMPARE_AND_SET = /* @__PURE__ */ new Script(
  READ_STRING,
  `
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
`,
);

/**
 * KEYS: the sessions. ARGV, for each: the payload, the lifetime in ms, and "NX" to write if the key is missing or
 * "XX" if it exists. A lifetime of 0 or less removes the key. Returns for each 1 if it was written, else 0.
 */
export const SET_MANY = /* @__PURE__ */ new Script(`
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
export const DELETE_MANY = /* @__PURE__ */ new Script(`
local replies = {}
for i = 1, #KEYS do replies[i] = redis.call('DEL', KEYS[i]) end
return replies
`);

/**
 * Lua function that extends the TTL of a key and never shortens it. It does not change a key without an expiry.
 * Returns 0 if the key is missing, else 1. It does not use `PEXPIRE … GT`, which Redis 6 does not support.
 */
const EXTEND = `
local function extend(key, lifetime)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < tonumber(lifetime) then redis.call('PEXPIRE', key, lifetime) end
  return left == -2 and 0 or 1
end
`;

/** KEYS: the sessions. ARGV, for each: the lifetime in ms. Returns for each 1, or 0 if it is missing. */
export const TOUCH_MANY = /* @__PURE__ */ new Script(
  EXTEND,
  `
local replies = {}
for i = 1, #KEYS do replies[i] = extend(KEYS[i], ARGV[i]) end
return replies
`,
);

/**
 * KEYS: the sessions. ARGV, for each: the expected version, the lifetime in ms. Returns for each 0 if there is no
 * session, 1 if its version is the expected one, and the stored payload and TTL on a conflict.
 */
export const COMPARE_AND_TOUCH = /* @__PURE__ */ new Script(
  READ_STRING,
  EXTEND,
  `
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
`,
);

/**
 * KEYS: the sessions. Returns the payload and the TTL of each in one flat list, so that the client handles one reply.
 * For a key that is not a string, the payload is 1. Any other error is the error of the script.
 */
export const READ_MANY = /* @__PURE__ */ new Script(`
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
