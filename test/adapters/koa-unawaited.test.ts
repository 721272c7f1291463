import type Koa from "koa";
import session from "koa-session";
import { MemoryStore, type SessionStore } from "sessionary";
import { koaSession, koaStore } from "sessionary/koa-session";
import { describe, expect, test } from "vitest";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { type KoaVisit, serveKoa } from "./koa-app.js";
import { emptyStores } from "./stores.js";
import { gated } from "./wrapped-store.js";

describe.each(["memory", "redis"] as const)(
  "koaSession on %s waits for calls that the handler does not await",
  (kind) => {
    const empty = emptyStores(kind);

    async function serve() {
      const store = empty();
      return { store, app: await serveKoa((web) => koaSession({ store }, web)), browser: new Browser() };
    }

    test("save: the response has the cookie", async () => {
      const { app, browser, store } = await serve();
      const { cookie, result: id } = await browser.visit(app, (v) => {
        void v.session.save();
        return v.id;
      });
      expect(cookie?.value).toBe(id);
      expect(await store.count()).toBe(1);
    });

    test("regenerate: the response has the new cookie", async () => {
      const { app, browser, store } = await serve();
      await browser.visit(app, (v) => void (v.session.name = "ann"));
      const old = browser.twin();
      await browser.visit(app, (v) => void v.regenerate());
      expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
      expect((await old.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
      expect(await store.count()).toBe(1);
    });
  },
);

describe("koa-session saves after the response was sent", () => {
  test.each<[string, (web: Koa, store: SessionStore) => Koa.Middleware]>([
    ["store", (web, store) => session({ store: koaStore(store) }, web)],
    ["ContextStore", (web, store) => session({ ContextStore: koaStore(store).ContextStore }, web)],
  ])("without an error, and with an event, with the option %s", async (_, middlewareOf) => {
    const memory = new MemoryStore();
    const { store, release } = gated(memory);
    const app = await serveKoa((web) => middlewareOf(web, store));
    const seen = seenEvents(["write-failed"]);
    let saving!: Promise<void>;
    const { cookie } = await new Browser().visit(app, (v) => void (saving = v.session.save()));
    release();
    await expect(saving).resolves.toBeUndefined();
    expect([cookie, await memory.count()]).toEqual([undefined, 1]);
    expect(seen).toEqual([["write-failed", { operation: "save", code: "ERR_HTTP_HEADERS_SENT" }]]);
  });
});

test("koaStore stores no session that is new after the headers", async () => {
  const store = new MemoryStore();
  const app = await serveKoa((web) => session({ store: koaStore(store) }, web));
  const seen = seenEvents(["write-failed"]);
  const url = app.urlOf(async ({ ctx, session: own }: KoaVisit) => {
    ctx.respond = false;
    ctx.res.write("body");
    own.name = "ann";
    await own.save();
    ctx.res.end();
  });
  expect(await (await fetch(url)).text()).toBe("body");
  expect(await store.count()).toBe(0);
  expect(seen).toContainEqual(["write-failed", { operation: "save", code: "ERR_HTTP_HEADERS_SENT" }]);
});
