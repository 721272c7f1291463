import { createHash } from "node:crypto";
import { type Cap, type Member, type UserIndex, byLogin } from "../users/user-index.js";
import type { Connection } from "./connection.js";
import { KeySpace } from "./key-space.js";
import { Script } from "./scripts.js";

/** The scores are moments of Redis's own clock, as its expiries are. */
const NOW = `
local key, time = KEYS[1], redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** The key lives as long as its last member. */
const TIDY = `
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', key, last[2]) end
`;

/**
 * KEYS: the user's index. ARGV: the name, its lifetime in ms, the cap (0 for none), its overflow. Gives the
 * login, or -1 when the cap is reached. With a cap, which tells logins by age, a step of Redis's clock must
 * not make the newest one look old. The first write is the new member's: a full Redis refuses it.
 */
const ENTER = new Script(`${NOW}
local max, login = tonumber(ARGV[3]), time[1] * 1000000 + time[2]
if max > 0 then
  if ARGV[4] == 'reject' and redis.call('ZCOUNT', key, '(' .. now, '+inf') >= max then return -1 end
  for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    login = math.max(login, tonumber(string.sub(member, 1, 16)) + 1)
  end
end
redis.call('ZADD', key, now + ARGV[2], string.format('%016.0f:%s', login, ARGV[1]))
${TIDY}
return login
`);

/**
 * KEYS: the user's index. ARGV: the member, its lifetime in ms, 1 to add it when it is not there. Gives
 * whether it was there. The first write is one that a full Redis takes too.
 */
const KEEP = new Script(`${NOW}
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
local there = redis.call('ZSCORE', key, ARGV[1]) and 1 or 0
if there == 1 or ARGV[3] == '1' then redis.call('ZADD', key, now + ARGV[2], ARGV[1]) end
${TIDY}
return there
`);

/** KEYS: the user's index. ARGV: the member. */
const REMOVE = new Script(`${NOW}
redis.call('ZREM', key, ARGV[1])
${TIDY}
`);

/** KEYS: the user's index. ARGV: the member, and a number. Gives nothing without the member, and all members when they are more. */
const SETTLE = new Script(`${NOW}
if not redis.call('ZSCORE', key, ARGV[1]) then return false end
local live = '(' .. now
if redis.call('ZCOUNT', key, live, '+inf') <= tonumber(ARGV[2]) then return {} end
return redis.call('ZRANGEBYSCORE', key, live, '+inf')
`);

/** Gives the members that have not expired. KEYS: the user's index. It writes nothing: a Redis that takes no writes can be asked. */
const LIST = new Script(`${NOW}
return redis.call('ZRANGEBYSCORE', key, '(' .. now, '+inf')
`);

const DIGITS = 16;

/** Which sessions a user has: one sorted set for each user, by expiry. It may stand on another node than they do. */
export class RedisUserIndex implements UserIndex {
  readonly #connection: Connection;
  readonly #keys: KeySpace;

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection;
    // Begins otherwise than the sessions' keys, whatever their prefix: neither walk meets the other's.
    this.#keys = new KeySpace(connection, `${prefix.startsWith("u") ? "index" : "users"}:${prefix}`);
  }

  async enter(user: string, name: string, expiresAt: number, cap?: Cap): Promise<Member | undefined> {
    const args = [name, lifetimeOf(expiresAt), cap?.max ?? 0, cap?.overflow ?? ""];
    const login = (await this.#run("write", ENTER, user, args)) as number;
    return login === -1 ? undefined : { user, name, login };
  }

  async keep(member: Member, expiresAt: number): Promise<boolean> {
    const args = [textOf(member), lifetimeOf(expiresAt), 0];
    return (await this.#run("write", KEEP, member.user, args)) === 1;
  }

  async restore(member: Member, expiresAt: number): Promise<void> {
    await this.#run("write", KEEP, member.user, [textOf(member), lifetimeOf(expiresAt), 1]);
  }

  async remove(member: Member): Promise<void> {
    await this.#run("write", REMOVE, member.user, [textOf(member)]);
  }

  async settle(member: Member, max: number): Promise<Member[] | undefined> {
    const most = max === Infinity ? Number.MAX_SAFE_INTEGER : max;
    const found = await this.#run("read", SETTLE, member.user, [textOf(member), most]);
    return found === null ? undefined : membersOf(member.user, found as string[]);
  }

  async list(user: string): Promise<Member[]> {
    return membersOf(user, (await this.#run("read", LIST, user)) as string[]);
  }

  async clear(): Promise<void> {
    await this.#keys.clear();
  }

  #run(
    effect: "read" | "write",
    script: Script,
    user: string,
    args: (string | number)[] = [],
  ): Promise<unknown> {
    // A digest, since a user's id may be a secret, or no fit for a key.
    const key = this.#keys.key(createHash("sha256").update(user).digest("base64url"));
    return this.#connection.run(effect, (call) => script.run(call, [key], args));
  }
}

/** In ms, for a session that is not over: relative, so that the clocks of server and Redis may differ. */
function lifetimeOf(expiresAt: number): number {
  return Math.max(1, Math.ceil(expiresAt - Date.now()));
}

function textOf({ login, name }: Member): string {
  return `${String(login).padStart(DIGITS, "0")}:${name}`;
}

function membersOf(user: string, texts: string[]): Member[] {
  const members = texts.map((text) => ({
    user,
    name: text.slice(DIGITS + 1),
    login: Number(text.slice(0, DIGITS)),
  }));
  return members.sort(byLogin);
}
