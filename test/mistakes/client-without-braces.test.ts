import { createStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { Redis } from "ioredis";
import { expect, it } from "vitest";

const client = new Redis({ lazyConnect: true });

it.each<[string, () => unknown]>([
  ["RedisStore", () => new RedisStore(client as never)],
  ["createStore", () => createStore(client as never)],
])("%s asks to pass { client } when it receives a client", (name, create) => {
  expect(create).toThrow(TypeError);
  expect(create).toThrow(`${name} received a client: pass { client }`);
});

it("names neither and both of url and client", () => {
  expect(() => new RedisStore({})).toThrow("RedisStore requires either url or client; received neither");
  expect(() => new RedisStore({ url: "redis://h", client })).toThrow("received both");
});

it("rejects redisOptions for a client of your own", () => {
  expect(() => new RedisStore({ client, redisOptions: { family: 6 } })).toThrow("redisOptions requires url");
});
