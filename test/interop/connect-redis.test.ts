import { describe, expect, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS } from "../adapters/support.js";
import { CONNECT_REDIS, emptyRedis, serveOurs, serveTheirs } from "./support.js";

const MINUTES_30 = 30 * 60;
const options = { maxAge: MINUTES_30 * 1_000 };

const redis = emptyRedis();

describe.each(FRAMEWORKS)("under %s", (framework) => {
  describe.each(CONNECT_REDIS)("beside %s", (_, connect) => {
    const start = async (ourOptions = {}) => ({
      theirs: await serveTheirs(framework, await connect(redis.server, {}), options),
      ours: await serveOurs(framework, redis.server, { ...options, ...ourOptions }),
      browser: new Browser(),
    });

    test("a session that theirs made: ours reads, changes and touches it, and theirs sees it", async () => {
      const { theirs, ours, browser } = await start();
      const { result: id } = await browser.visit(theirs, (v) => ((v.session.name = "ann"), v.id));
      await redis.look.expectTtl(id, MINUTES_30);

      const read = await browser.visit(ours, (v) => [v.id, v.session.name]);
      expect(read.result).toEqual([id, "ann"]);
      await redis.look.expectTtl(id, MINUTES_30);

      await redis.look.expire(id, 600);
      await browser.visit(ours, (v) => void (v.session.cart = ["tea"]));
      await redis.look.expectTtl(id, MINUTES_30);
      expect(await redis.look.json(id)).toMatchObject({ name: "ann", cart: ["tea"] });

      await redis.look.expire(id, 600);
      await browser.visit(ours, () => {});
      await redis.look.expectTtl(id, MINUTES_30);

      const back = await browser.visit(theirs, (v) => {
        v.session.visits = 2;
        return [v.id, v.session.name, v.session.cart];
      });
      expect(back.result).toEqual([id, "ann", ["tea"]]);
      await redis.look.expectTtl(id, MINUTES_30);
      expect(
        (await browser.visit(ours, (v) => [v.session.name, v.session.cart, v.session.visits])).result,
      ).toEqual(["ann", ["tea"], 2]);
      expect(await redis.look.keys()).toBe(1);
    });

    test("a session that ours made: theirs reads, changes and touches it, and ours sees it", async () => {
      const { theirs, ours, browser } = await start();
      const { result: id } = await browser.visit(ours, (v) => ((v.session.name = "ann"), v.id));
      await redis.look.expectTtl(id, MINUTES_30);

      const read = await browser.visit(theirs, (v) => [v.id, v.session.name]);
      expect(read.result).toEqual([id, "ann"]);
      await redis.look.expectTtl(id, MINUTES_30);

      await redis.look.expire(id, 600);
      await browser.visit(theirs, () => {}); // express-session touches, @fastify/session writes
      await redis.look.expectTtl(id, MINUTES_30);

      await browser.visit(theirs, (v) => void (v.session.cart = ["tea"]));
      const back = await browser.visit(ours, (v) => {
        v.session.visits = 2;
        return [v.id, v.session.name, v.session.cart];
      });
      expect(back.result).toEqual([id, "ann", ["tea"]]);
      await redis.look.expectTtl(id, MINUTES_30);
      expect((await browser.visit(theirs, (v) => v.session.visits)).result).toBe(2);
      expect(await redis.look.keys()).toBe(1);
    });

    test("logging out and in on either side holds on the other", async () => {
      const { theirs, ours, browser } = await start();
      const name = (v: { session: Record<string, unknown> }) => v.session.name ?? "nobody";
      for (const [here, there] of [
        [theirs, ours],
        [ours, theirs],
      ] as const) {
        await browser.visit(here, (v) => void (v.session.name = "ann"));
        expect((await browser.visit(there, name)).result).toBe("ann");
        await browser.visit(there, (v) => v.destroy());
        expect(await redis.look.keys()).toBe(0);
        expect((await browser.visit(here, name)).result).toBe("nobody");
      }
    });

    test("regenerate on either side ends the old id for both, and the new one is both's", async () => {
      const { theirs, ours, browser } = await start();
      const before = await browser.visit(theirs, (v) => ((v.session.name = "ann"), v.id));
      const byOurs = await browser.visit(ours, async (v) => {
        await v.regenerate();
        v.session.name = "ann, by ours";
        return v.id;
      });
      expect(await redis.look.ttl(before.result)).toBe(-2);
      const byTheirs = await browser.visit(theirs, async (v) => {
        const { name } = v.session;
        await v.regenerate();
        v.session.name = "ann, by theirs";
        return [name, v.id];
      });
      expect(byTheirs.result[0]).toBe("ann, by ours");
      expect(await redis.look.ttl(byOurs.result)).toBe(-2);
      expect((await browser.visit(ours, (v) => v.session.name)).result).toBe("ann, by theirs");
      expect(await redis.look.keys()).toBe(1);
    });

    test("a write of theirs that crosses one of ours is kept by ours", async () => {
      const { theirs, ours, browser } = await start();
      const { result: id } = await browser.visit(theirs, (v) => ((v.session.name = "ann"), v.id));
      await browser.visit(ours, async (v) => {
        await browser.twin().visit(theirs, (other) => void (other.session.theirs = 1));
        v.session.ours = 2;
      });
      expect(await redis.look.json(id)).toMatchObject({ name: "ann", theirs: 1, ours: 2 });
      await redis.look.expectTtl(id, MINUTES_30);
    });

    test("a logout by theirs is not undone by a slow request of ours", async () => {
      const { theirs, ours, browser } = await start({ touchAfterMs: 0 });
      await browser.visit(theirs, (v) => void (v.session.name = "ann"));
      await browser.visit(ours, async (v) => {
        await browser.twin().visit(theirs, (other) => other.destroy());
        v.session.late = 1;
      });
      expect(await redis.look.keys()).toBe(0);
    });

    test("a cookie that ends with the browser: a day, on both sides", async () => {
      const theirs = await serveTheirs(framework, await connect(redis.server, {}), {});
      const ours = await serveOurs(framework, redis.server, {});
      const browser = new Browser();
      const { result: id } = await browser.visit(theirs, (v) => ((v.session.name = "ann"), v.id));
      await redis.look.expectTtl(id, 86_400);
      await browser.visit(ours, (v) => void (v.session.visits = 1));
      await redis.look.expectTtl(id, 86_400);
      await redis.look.expire(id, 600);
      await browser.visit(ours, () => {});
      await redis.look.expectTtl(id, 86_400);
      expect((await browser.visit(theirs, (v) => [v.session.name, v.session.visits])).result).toEqual([
        "ann",
        1,
      ]);
    });
  });
});
