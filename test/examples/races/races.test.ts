import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RaceEvent } from "../../../examples/races/race-runner.js";
import { closeRedis, openRedis, redis, startRaces } from "./start.js";

beforeAll(openRedis);
afterAll(closeRedis);

const post = (url: string, id: string, headers = {}) =>
  fetch(`${url}/races/${id}`, { method: "POST", headers });

async function run(url: string, id: string): Promise<RaceEvent[]> {
  const response = await post(url, id);
  expect(response.headers.get("content-type")).toBe("application/x-ndjson");
  const lines = (await response.text()).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as RaceEvent);
}

const verdictsOf = (events: RaceEvent[]) =>
  Object.fromEntries(events.flatMap((event) => ("verdict" in event ? [[event.side, event.verdict]] : [])));

describe.each(["memory", "Redis"] as const)("the races on %s", (store) => {
  it.each([
    ["log-out", "Nobody is logged in.", "ada is logged in again: the slow request undid the logout."],
    [
      "two-changes",
      "The apple and the pear are in the cart.",
      "One change is lost: the cart contains only the pear.",
    ],
    [
      "remember-me",
      "The session ends in 30 days.",
      "“Remember me” is forgotten: the session ends in 1 hour.",
    ],
  ])("%s holds with sessionary and fails with the other store", async (id, ours, theirs) => {
    expect(verdictsOf(await run(await startRaces(store), id))).toEqual({
      ours: { holds: true, text: ours },
      theirs: { holds: false, text: theirs },
    });
  });
});

it("leaves no session in Redis", async () => {
  const url = await startRaces("Redis");
  for (const id of ["log-out", "two-changes", "remember-me"]) await run(url, id);
  expect(await redis.client({ password: "1234" }).keys("*")).toEqual([]);
});

it("shows each request when it is sent and when it is answered", async () => {
  const events = await run(await startRaces(), "two-changes");
  const rows = events.flatMap((event) => ("row" in event && event.side === "ours" ? [event.row] : []));
  expect(rows.map(({ id, request, answer }) => [id, request, answer])).toEqual([
    [1, "POST /log-in", undefined],
    [1, "POST /log-in", "200, ada, empty cart, session ends in 1 hour"],
    [2, "POST /cart/apple?slow", undefined],
    [3, "POST /cart/pear?slow", undefined],
    [2, "POST /cart/apple?slow", "200, ada, cart: apple, session ends in 1 hour"],
    [3, "POST /cart/pear?slow", "200, ada, cart: pear, session ends in 1 hour"],
    [4, "GET /account", undefined],
    [4, "GET /account", "200, ada, cart: apple, pear, session ends in 1 hour"],
  ]);
});

it("answers 503 while Redis is away, and keeps the session", async () => {
  const verdicts = verdictsOf(await run(await startRaces("Redis"), "outage"));
  expect(verdicts.ours).toEqual({
    holds: true,
    text: expect.stringMatching(
      /answered 503 with Retry-After: 1 .* Afterwards ada is logged in\.$/,
    ) as string,
  });
  expect(verdicts.theirs).toMatchObject({ holds: false });
});

it("runs races that are started at the same time one after the other", async () => {
  const url = await startRaces();
  const runs = await Promise.all([run(url, "log-out"), run(url, "log-out")]);
  for (const events of runs) expect(verdictsOf(events).ours).toMatchObject({ holds: true });
});

it("does not run a race that is unknown or needs Redis, or that another site starts", async () => {
  const url = await startRaces();
  expect((await post(url, "unknown")).status).toBe(404);
  expect((await post(url, "outage")).status).toBe(404);
  expect((await post(url, "log-out", { origin: "https://example.com" })).status).toBe(403);
  const own = await post(url, "log-out", { origin: url });
  expect(own.status).toBe(200);
  await own.text();
});

it("says that the outage needs Redis, and offers it on Redis", async () => {
  const page = async (url: string) => (await fetch(`${url}/races`)).text();
  expect(await page(await startRaces())).toContain("This one needs Redis.");
  const onRedis = await page(await startRaces("Redis"));
  expect(onRedis).not.toContain("This one needs Redis.");
  expect(onRedis).toContain('data-race="outage"');
});
