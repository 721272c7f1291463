import { createHash } from "node:crypto";
import type { RedisClient } from "./client.js";
import { replyPrefix } from "./server-errors.js";

export class Script {
  readonly #source: string;
  readonly #sha: string;

  constructor(source: string) {
    this.#source = source;
    this.#sha = createHash("sha1").update(source).digest("hex");
  }

  /** Runs by digest; sends the source when the server does not have it (a restart, SCRIPT FLUSH). */
  async run(client: RedisClient, keys: string[], args: (string | number)[] = []): Promise<unknown> {
    try {
      return await client.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (replyPrefix(error) !== "NOSCRIPT") throw error;
      return client.eval(this.#source, keys.length, ...keys, ...args);
    }
  }
}

/**
 * Compare-and-set of one session. KEYS: the session. ARGV: the version expected, the payload, the
 * lifetime in ms. Gives 0 when there is no session, 1 when written, and payload and lifetime of what is
 * stored on a conflict. That the payload is stored already is a conflict as well: of two requests that
 * count one up, only one may be told that it did.
 */
export const COMPARE_AND_SET = new Script(`
local stored = redis.pcall('GET', KEYS[1])
if type(stored) ~= 'string' then return 0 end
if redis.sha1hex(stored) ~= ARGV[1] then
  return { stored, redis.call('PTTL', KEYS[1]) }
end
if tonumber(ARGV[3]) > 0 then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
else
  redis.call('DEL', KEYS[1])
end
return 1
`);

/**
 * Reads many sessions. KEYS: the sessions. Gives payload and lifetime of each in one flat list, so that
 * the client has one reply to handle. Another type than a string gives its error's place as \`1\`.
 */
export const READ_MANY = new Script(`
local replies = {}
for i = 1, #KEYS do
  local stored = redis.pcall('GET', KEYS[i])
  if type(stored) == 'table' then stored = 1 end
  replies[2 * i - 1] = stored
  replies[2 * i] = stored and redis.call('PTTL', KEYS[i]) or -2
end
return replies
`);
