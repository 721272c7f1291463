import { createStore } from "sessionary";
import { describe, expect, onTestFinished, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS, startApp } from "../adapters/support.js";
import { userIdOf } from "../users/stores.js";
import { CONNECT_REDIS, emptyRedis, serveTheirs } from "./support.js";

const HOUR_MS = 3_600_000;
const options = { maxAge: HOUR_MS };

const redis = emptyRedis();

describe.each(FRAMEWORKS)("under %s", (framework) => {
  describe.each(CONNECT_REDIS)("beside %s", (_, connect) => {
    const start = async () => {
      const store = createStore({ url: redis.server.url, userIdOf, absoluteTimeoutMs: HOUR_MS / 2 });
      onTestFinished(() => store.close());
      return {
        store,
        theirs: await serveTheirs(framework, await connect(redis.server, {}), options),
        ours: await startApp(framework, store, { cookie: options, touchAfterMs: 0 }),
        browser: new Browser(),
      };
    };

    test("theirs keeps what ours tracks of a session, and no handler of ours sees it", async () => {
      const { store, theirs, ours, browser } = await start();
      const { result: id } = await browser.visit(ours, (v) => ((v.session.user = "ann"), v.id));
      const tracked = Object.entries(await redis.look.json(id)).filter(([field]) =>
        field.startsWith("sessionary:"),
      );
      expect(tracked.map(([field]) => field)).toEqual(["sessionary:createdAt", "sessionary:login"]);
      await browser.visit(theirs, (v) => void (v.session.cart = ["tea"]));
      expect(await redis.look.json(id)).toMatchObject({ cart: ["tea"], ...Object.fromEntries(tracked) });

      const { result: fields } = await browser.visit(ours, (v) => Object.keys(v.session));
      expect(fields.filter((field) => field.startsWith("sessionary:"))).toEqual([]);
      await redis.look.expectTtl(id, HOUR_MS / 1_000); // what theirs made it: a touch shortens no lifetime
      expect(await store.listByUser("ann")).toHaveLength(1);
      expect(await store.destroyByUser("ann")).toBe(1);
      expect((await browser.visit(theirs, (v) => v.session.user ?? "nobody")).result).toBe("nobody");
    });

    test("ours tracks a session of theirs from its first save or touch on", async () => {
      const { store, theirs, ours, browser } = await start();
      const { result: id } = await browser.visit(theirs, (v) => ((v.session.user = "ann"), v.id));
      expect(await store.listByUser("ann")).toEqual([]);
      await browser.visit(ours, () => {});
      expect(await redis.look.json(id)).toHaveProperty("sessionary:createdAt");
      await redis.look.expectTtl(id, HOUR_MS / 2_000);
      expect(await store.destroyByUser("ann")).toBe(1);
    });
  });
});
