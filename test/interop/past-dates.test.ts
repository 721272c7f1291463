import { describe, expect, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS, type App } from "../adapters/support.js";
import { CONNECT_REDIS, emptyRedis, serveOurs, serveTheirs, type ServerOptions } from "./support.js";

const HOUR = 3_600;
const options = { maxAge: HOUR * 1_000 };

const redis = emptyRedis();

const name = (v: { session: Record<string, unknown> }) => v.session.name ?? "nobody";

describe.each(FRAMEWORKS)("under %s", (framework) => {
  describe.each(CONNECT_REDIS)("beside %s", (_, connect) => {
    async function start() {
      return {
        theirs: await serveTheirs(framework, await connect(redis.server, {}), options),
        ours: await serveOurs(framework, redis.server, options),
        browser: new Browser(),
      };
    }

    /** A session that one side made and a touch, which is EXPIRE alone, kept past the date in its JSON. */
    async function touchedPastItsDate(by: App, browser: Browser): Promise<string> {
      const { result: id } = await browser.visit(by, (v) => ((v.session.name = "ann"), v.id));
      const data = await redis.look.json(id);
      const past = new Date(Date.now() - 60_000).toISOString();
      data.cookie.expires = past;
      if (data.cookie.originalExpires !== undefined) data.cookie.originalExpires = past;
      await redis.look.put(id, data, HOUR / 2);
      return id;
    }

    test("touched by theirs past its date: ours reads it and keeps it alive", async () => {
      const { theirs, ours, browser } = await start();
      const id = await touchedPastItsDate(theirs, browser);
      for (let visit = 0; visit < 2; visit++) {
        const { result, status } = await browser.visit(ours, (v) => [v.id, name(v)]);
        expect([status, result]).toEqual([200, [id, "ann"]]);
        await redis.look.expectTtl(id, HOUR);
      }
    });

    test("touched by theirs past its date: a save by ours, also in mid-request, dates it anew", async () => {
      const { theirs, ours, browser } = await start();
      const id = await touchedPastItsDate(theirs, browser);
      await browser.visit(ours, async (v) => {
        v.session.visits = 1;
        await v.save();
        expect(await redis.look.ttl(id)).toBeGreaterThan(HOUR / 2 - 3);
        v.session.visits = 2;
      });
      await redis.look.expectTtl(id, HOUR);
      const { cookie, visits } = await redis.look.json(id);
      expect(visits).toBe(2);
      expect(Date.parse(cookie.expires as string)).toBeGreaterThan(Date.now() + (HOUR - 3) * 1_000);
      expect((await browser.visit(theirs, name)).result).toBe("ann");
      await redis.look.expectTtl(id, HOUR);
    });

    const then = {
      express: "theirs reads it, since express-session asks the store alone",
      fastify: "theirs ends it, since @fastify/session asks the date in the JSON",
    }[framework];
    test(`touched by ours past its date: ${then}`, async () => {
      const { theirs, ours, browser } = await start();
      const id = await touchedPastItsDate(ours, browser);
      await browser.visit(ours, () => {});
      await redis.look.expectTtl(id, HOUR);
      expect((await browser.visit(theirs, name)).result).toBe(framework === "express" ? "ann" : "nobody");
      if (framework === "express") await redis.look.expectTtl(id, HOUR);
    });
  });

  describe.each(CONNECT_REDIS)("keys without a TTL, by %s with disableTTL", (_, connect) => {
    async function start(cookie: ServerOptions) {
      const theirs = await serveTheirs(framework, await connect(redis.server, { disableTTL: true }), cookie);
      const ours = await serveOurs(framework, redis.server, cookie);
      const browser = new Browser();
      const { result: id } = await browser.visit(theirs, (v) => ((v.session.name = "ann"), v.id));
      expect(await redis.look.ttl(id)).toBe(-1);
      return { theirs, ours, browser, id };
    }

    test.each([
      ["of an hour", options, HOUR],
      ["that ends with the browser", {}, 86_400],
    ])(
      "and a cookie %s: ours reads them, and gives them a TTL at a touch and at a save",
      async (_, age, ttl) => {
        const { theirs, ours, browser, id } = await start(age);
        const { result, cookie } = await browser.visit(ours, (v) => name(v));
        expect(result).toBe("ann");
        await redis.look.expectTtl(id, ttl);
        if (cookie?.expires !== undefined)
          expect(cookie.expires).toBeLessThan(Date.now() + (ttl + 3) * 1_000);
        await redis.look.put(id, await redis.look.json(id), 0);
        await browser.visit(ours, (v) => void (v.session.visits = 1));
        await redis.look.expectTtl(id, ttl);
        expect((await browser.visit(theirs, (v) => [v.session.name, v.session.visits])).result).toEqual([
          "ann",
          1,
        ]);
      },
    );

    test("and a save of ours that crosses one of theirs gives them a TTL, too", async () => {
      const { theirs, ours, browser, id } = await start(options);
      await browser.visit(ours, async (v) => {
        await browser.twin().visit(theirs, (other) => void (other.session.theirs = 1));
        expect(await redis.look.ttl(id)).toBe(-1);
        v.session.ours = 2;
      });
      await redis.look.expectTtl(id, HOUR);
      expect(await redis.look.json(id)).toMatchObject({ theirs: 1, ours: 2 });
    });

    test("and a date in the past: a save of ours in mid-request keeps them", async () => {
      const { ours, browser, id } = await start(options);
      const data = await redis.look.json(id);
      data.cookie.expires = new Date(Date.now() - 60_000).toISOString();
      await redis.look.put(id, data, 0);
      await browser.visit(ours, async (v) => {
        v.session.visits = 1;
        await v.save();
        expect(await redis.look.json(id)).toMatchObject({ name: "ann", visits: 1 });
      });
      await redis.look.expectTtl(id, HOUR);
    });

    test("and one date for all cookies: ours reads them, and gives them a TTL", async () => {
      const fixed = { expires: new Date(Math.ceil(Date.now() / 1_000 + HOUR) * 1_000) };
      const { ours, browser, id } = await start(fixed);
      const { result, status, cookie } = await browser.visit(ours, name);
      expect([status, result]).toEqual([200, "ann"]);
      if (framework === "fastify") expect(cookie?.expires).toBe(fixed.expires.getTime());
      await redis.look.expectTtl(id, HOUR);
    });
  });
});
