import { createHash } from "node:crypto";
import { type Cap, type Member, type UserIndex, byAge, parseMember, textOf } from "../users/user-index.js";
import type { Connection } from "./connection.js";
import { KeySpace } from "./key-space.js";
import { Script } from "./scripts.js";

/**
 * Adds a member, or moves its expiry. KEYS: the user's index. ARGV: the member, its lifetime in ms, the
 * cap (0 for none), its overflow. Gives -1 when it is full, or the members above the cap. The scores
 * are moments of Redis's own clock, as its expiries are. Members sort by age. The first write is the new
 * member's: a full Redis refuses that one, and so a login that is bound to fail ends no other session.
 */
const ADD = new Script(`
local key, member, lifetime, max = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local score = redis.call('ZSCORE', key, member)
local isNew = not score or tonumber(score) <= now
local above = 0
if max > 0 and isNew then above = redis.call('ZCOUNT', key, '(' .. now, '+inf') + 1 - max end
if above > 0 and ARGV[4] == 'reject' and lifetime > 0 then return -1 end
if isNew and lifetime > 0 then redis.call('ZADD', key, now + lifetime, member) end
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
if lifetime <= 0 then
  redis.call('ZREM', key, member)
  return {}
end
redis.call('ZADD', key, now + lifetime, member)
local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', key, last[2])
local over = {}
if above > 0 then
  local members = redis.call('ZRANGE', key, 0, -1)
  table.sort(members)
  for _, other in ipairs(members) do
    if #over < above and other ~= member then over[#over + 1] = other end
  end
end
return over
`);

/** Gives the members that have not expired. KEYS: the user's index. It writes nothing: a Redis that takes no writes can be asked. */
const LIST = new Script(`
local time = redis.call('TIME')
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. time[1] * 1000 + math.floor(time[2] / 1000), '+inf')
`);

/** Which sessions a user has: one sorted set for each user, by expiry. It may stand on another node than they do. */
export class RedisUserIndex implements UserIndex {
  readonly #connection: Connection;
  readonly #keys: KeySpace;

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection;
    // Begins otherwise than the sessions' keys, whatever their prefix: neither walk meets the other's.
    this.#keys = new KeySpace(connection, `${prefix.startsWith("u") ? "index" : "users"}:${prefix}`);
  }

  async add(userId: string, member: Member, expiresAt: number, cap?: Cap): Promise<Member[] | "full"> {
    const lifetimeMs = Math.ceil(expiresAt - Date.now());
    const args = [textOf(member), lifetimeMs, cap?.max ?? 0, cap?.overflow ?? ""];
    const over = await this.#connection.run("write", (client) => ADD.run(client, [this.#key(userId)], args));
    return over === -1 ? "full" : (over as string[]).map(parseMember);
  }

  async remove(userId: string, member: Member): Promise<void> {
    await this.#connection.run("write", (client) => client.zrem(this.#key(userId), textOf(member)));
  }

  async has(userId: string, member: Member): Promise<boolean> {
    const score = await this.#connection.run("read", (client) =>
      client.zscore(this.#key(userId), textOf(member)),
    );
    return score !== null;
  }

  async list(userId: string): Promise<Member[]> {
    const members = await this.#connection.run("read", (client) => LIST.run(client, [this.#key(userId)]));
    return (members as string[]).map(parseMember).sort(byAge);
  }

  async clear(): Promise<void> {
    await this.#keys.clear();
  }

  /** A digest, since a user's id may be a secret, or no fit for a key. */
  #key(userId: string): string {
    return this.#keys.key(createHash("sha256").update(userId).digest("base64url"));
  }
}
