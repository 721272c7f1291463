import { afterAll, beforeAll, expect, it } from "vitest";
import { type RaceResult, raceTable, runRaces } from "../../bench/correctness/races.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

// The second table of `npm run bench:correctness`.
let redis: RedisServer;
let titles: string[];
let results: RaceResult[];
beforeAll(async () => {
  redis = await startRedis();
  ({ titles, results } = await runRaces(redis.url));
}, 90_000);
afterAll(() => redis.close());

const failedBy = (name: string) => results.find((each) => each.name.includes(name))!.failed;

it("shows that the presets of sessionary hold in each race", () => {
  expect(results.filter(({ isOurs }) => isOurs)).toEqual([
    { name: "expressSession, RedisStore", isOurs: true, failed: [] },
    { name: "sessionaryFastifySession, RedisStore", isOurs: true, failed: [] },
  ]);
});

it("shows the races that express-session with connect-redis loses", () => {
  expect(failedBy("connect-redis 10")).toEqual([
    "A request that ends after a sign-out does not store the session again, and sets no cookie.",
    "A request that ends after a sign-out on all devices does not store the session again.",
    "A save that reaches the store after the session was ended stores nothing.",
    "Parallel requests that set different fields all take effect.",
    "Parallel requests that set different keys of one object all take effect.",
    "A request that ends after a sign-in does not store the session under the old id again.",
    "A session that was ended is not stored again under a new id.",
    'A longer lifetime ("remember me") is kept by concurrent requests.',
    "A shorter lifetime is not extended by concurrent requests.",
    "If a new session cannot be saved, the response is 503 without a cookie.",
    "If a change cannot be saved, the response is 503, and the session still exists afterwards.",
    "A redirect is not sent before the session is saved.",
  ]);
});

it("shows what @fastify/session's own store loses, and that the plugin saves before it sends", () => {
  const failed = failedBy("its own store");
  expect(failed).toContain("A request that changes nothing does not undo the change of another request.");
  expect(failed).not.toContain("A redirect is not sent before the session is saved.");
});

it("has a row for each race", () => {
  const table = raceTable(titles, results).split("\n");
  expect(table).toHaveLength(titles.length + 2);
  expect(table.at(-1)).toBe(
    "| A redirect is not sent before the session is saved. | holds | holds | fails | holds |",
  );
});
