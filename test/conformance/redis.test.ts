import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { storeConformance, userConformance } from "sessionary/conformance";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { redisSubject, redisUserSubject, type Backend } from "./redis-subject.js";

let server: RedisServer;
let clients: { 5: Redis5; 6: Redis };
beforeAll(async () => {
  server = await startRedis();
  clients = { 5: new Redis5(server.port), 6: new Redis(server.port) };
});
afterAll(async () => {
  for (const client of Object.values(clients)) client.disconnect();
  await server.close();
});

beforeEach(() => server.command("FLUSHALL"));

const write: Backend["write"] = (key, text) => server.command("SET", key, text, "PX", 60_000);
const runner = { describe, it };

storeConformance(
  runner,
  redisSubject("RedisStore on a client of ioredis 5", { write, reach: () => ({ client: clients[5] }) }),
);
storeConformance(
  runner,
  redisSubject("RedisStore on a client of ioredis 6", { write, reach: () => ({ client: clients[6] }) }),
);

const ofItsOwn: Backend = { write, reach: () => ({ url: server.url }) };
storeConformance(runner, redisSubject("RedisStore on a connection of its own", ofItsOwn));
storeConformance(
  runner,
  redisSubject("a Redis store with userIdOf", ofItsOwn, { userIdOf: ({ user }) => user as string }),
);

userConformance(runner, redisUserSubject("RedisStore", ofItsOwn));
userConformance(runner, redisUserSubject("a Redis store with hashIds", ofItsOwn, { hashIds: true }));
