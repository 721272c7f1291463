import { createSessions } from "sessionary";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS as PACKAGES, SECRET } from "../adapters/support.js";
import { CONNECT_REDIS, Look, serveTheirs } from "../interop/support.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { Client } from "./client.js";
import { FRAMEWORKS, type Handler, serve } from "./servers.js";

const MINUTES_30 = 30 * 60;
const [, connect] = CONNECT_REDIS.at(-1)!;

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedis()));
afterAll(() => redis.close());
beforeEach(() => redis.command("FLUSHALL"));

const read: Handler = async (visit) => ({ text: JSON.stringify((await visit.session()).data) });

describe.each(PACKAGES)("a session that %s stored with connect-redis 10", (theirPackage) => {
  /** Signs in with their server, and returns a client of ours with the same cookie. */
  async function start(framework: (typeof FRAMEWORKS)[number]) {
    const options = { maxAge: MINUTES_30 * 1_000 };
    const theirs = await serveTheirs(theirPackage, await connect(redis, {}), options);
    const browser = new Browser();
    const { result: id } = await browser.visit(theirs, (v) => ((v.session.user = "ann"), v.id));
    const sessions = createSessions({
      store: redis.url,
      idleTimeoutMs: MINUTES_30 * 1_000,
      cookie: { name: theirs.cookieName, signedWith: ["a newer secret", SECRET] },
    });
    onTestFinished(() => sessions.close());
    const client = new Client();
    client.cookies.set(theirs.cookieName, browser.jar.get(theirs.cookieName)!.value);
    return { theirs, browser, id, sessions, client, server: await serve(framework, sessions) };
  }

  test.each(FRAMEWORKS)("stays signed in when %s reads and changes it", async (framework) => {
    const { theirs, browser, id, client, server } = await start(framework);
    expect(await (await client.get(server.url(read))).text()).toBe('{"user":"ann"}');
    const write: Handler = async (visit) => {
      (await visit.session()).data.cart = ["tea"];
      return { text: "written" };
    };
    await client.get(server.url(write));
    expect(await (await client.get(server.url(read))).text()).toBe('{"user":"ann","cart":["tea"]}');
    const look = new Look(redis);
    await look.expectTtl(id, MINUTES_30);
    // The other server still runs, and sees the change.
    expect((await browser.visit(theirs, (v) => [v.id, v.session.user, v.session.cart])).result).toEqual([
      id,
      "ann",
      ["tea"],
    ]);
    expect(await look.keys()).toBe(1);
  });

  test.each(FRAMEWORKS)(
    "gets an id of %s when it is regenerated, and ends on the other server",
    async (framework) => {
      const { theirs, browser, id, client, server } = await start(framework);
      const regenerate: Handler = async (visit) => {
        await (await visit.session()).regenerate();
        return { text: "regenerated" };
      };
      await client.get(server.url(regenerate));
      expect(client.cookies.get(theirs.cookieName)).toMatch(/^[\w-]{32}$/);
      expect(await (await client.get(server.url(read))).text()).toBe('{"user":"ann"}');
      expect(await new Look(redis).ttl(id)).toBe(-2);
      expect((await browser.visit(theirs, (v) => v.session.user)).result).toBe(undefined);
    },
  );

  test.each(FRAMEWORKS)("is destroyed by a sign-out with %s", async (framework) => {
    const { theirs, browser, client, server } = await start(framework);
    const signOut: Handler = async (visit) => {
      await (await visit.session()).destroy();
      return { text: "signed out" };
    };
    await client.get(server.url(signOut));
    expect(client.cookies.size).toBe(0);
    expect(await new Look(redis).keys()).toBe(0);
    expect((await browser.visit(theirs, (v) => v.session.user)).result).toBe(undefined);
  });

  test("is not opened by a cookie with a wrong signature", async () => {
    const { theirs, id, client, server } = await start("node:http");
    const value = client.cookies.get(theirs.cookieName)!;
    for (const forged of [value.replace(/.$/, (last) => (last === "A" ? "B" : "A")), id, `s:${id}.`]) {
      client.cookies.set(theirs.cookieName, forged);
      expect(await (await client.get(server.url(read))).text()).toBe("{}");
    }
  });
});
