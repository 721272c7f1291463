import type { RedisServer } from "../support/redis-server.js";

/**
 * Lets time pass in a Redis: brings each expiry nearer, and each expiry that a user's index has as a negative score.
 */
const PASS = `
local ms = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'zset' then
    local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #members, 2 do
      local score = tonumber(members[i + 1])
      if score < 0 then redis.call('ZADD', key, score + ms, members[i]) end
    end
  end
  redis.call('PEXPIRE', key, redis.call('PTTL', key) - ms)
end
`;

export async function passTime(server: RedisServer, ms: number): Promise<void> {
  await server.command("EVAL", PASS, 0, ms);
}
