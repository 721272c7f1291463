import type { RedisServer } from "../support/redis-server.js";

/**
 * Lets time pass in a Redis: each expiry comes nearer, and so does each moment that an index of users
 * holds as a score.
 */
const PASS = `
local ms = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'zset' then
    local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #members, 2 do redis.call('ZADD', key, members[i + 1] - ms, members[i]) end
  end
  redis.call('PEXPIRE', key, redis.call('PTTL', key) - ms)
end
`;

export async function passTime(server: RedisServer, ms: number): Promise<void> {
  await server.command("EVAL", PASS, 0, ms);
}
