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
 * Compare-and-set. KEYS: the sessions. ARGV, for each: the version expected, the payload, the lifetime in
 * ms. Gives for each 0 when there is no session, 1 when written, and payload and lifetime of what is
 * stored on a conflict. That the payload is stored already is a conflict as well: of two requests that
 * count one up, only one may be told that it did. Another type than a string is no session; any other
 * error of a GET (a user who may not run it) is the script's.
 */
export const COMPARE_AND_SET = new Script(`
local replies = {}
for i = 1, #KEYS do
  local key, version, payload, lifetime = KEYS[i], ARGV[3 * i - 2], ARGV[3 * i - 1], tonumber(ARGV[3 * i])
  local stored = redis.pcall('GET', key)
  if type(stored) == 'table' then
    if not string.find(stored.err, 'WRONGTYPE', 1, true) then return stored end
    replies[i] = 0
  elseif not stored then
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

/** KEYS: the sessions. ARGV, for each: the payload, the lifetime in ms (above 0). Gives 1 for each that was there. */
export const SET_MANY = new Script(`
local replies = {}
for i = 1, #KEYS do
  replies[i] = redis.call('SET', KEYS[i], ARGV[2 * i - 1], 'PX', ARGV[2 * i], 'XX') and 1 or 0
end
return replies
`);

/** KEYS: the sessions. ARGV, for each: the lifetime in ms. Gives 1 for each that was there. */
export const TOUCH_MANY = new Script(`
local replies = {}
for i = 1, #KEYS do replies[i] = redis.call('PEXPIRE', KEYS[i], ARGV[i]) end
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
