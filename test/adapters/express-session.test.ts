import { setTimeout as sleep } from "node:timers/promises";
import { MemoryStore, StoreUnavailableError } from "sessionary";
import { type ExpressSessionOptions, expressSession, expressStore } from "sessionary/express-session";
import { describe, expect, test } from "vitest";
import { Browser } from "./browser.js";
import { seenEvents } from "./events.js";
import { emptyStores } from "./stores.js";
import { type ExpressVisit, type Handler, SECRET, serveMiddleware } from "./support.js";
import { gated, spied, wrapped } from "./wrapped-store.js";

const HOUR_MS = 3_600_000;

async function start(options: Partial<ExpressSessionOptions> = {}, handlesErrors = true) {
  const { store, calls } = spied(new MemoryStore());
  const app = await serveMiddleware(
    expressSession({ store, secret: SECRET, ...options }),
    options.name,
    handlesErrors,
  );
  return { app, calls, browser: new Browser(), store };
}

const down = async () => Promise.reject(new StoreUnavailableError("not-applied", "connection", "down"));

/** Sends a request of a browser, with its cookie, and returns the response as it is. */
async function send(url: string, browser: Browser, options: RequestInit = {}): Promise<Response> {
  const cookie = [...browser.jar]
    .map(([name, { value }]) => `${name}=${encodeURIComponent(value)}`)
    .join("; ");
  return fetch(url, { redirect: "manual", headers: { cookie }, ...options });
}

const hasSettled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), sleep(50).then(() => false)]);

describe("saves before it sends", () => {
  const ANSWERS: Record<string, Handler<ExpressVisit, void>> = {
    "a body": ({ res }) => void res.send("body"),
    "a redirect": ({ res }) => res.redirect("/elsewhere"),
    "a stream": async ({ res }) => {
      res.write("bo");
      await sleep(20);
      res.end("dy");
    },
    "flushed headers": ({ res }) => {
      res.flushHeaders();
      res.end("body");
    },
    "a head of writeHead": ({ res }) => void res.writeHead(200, "Fine", { "x-own": "1" }).end("body"),
    "no body": ({ res }) => void res.status(304).end(),
  };

  test.each(Object.keys(ANSWERS))("%s", async (name) => {
    const { store, release } = gated(new MemoryStore());
    const { app, browser } = await start({ store });
    const url = app.urlOf(async (visit: ExpressVisit) => {
      visit.session.name = "ann";
      await ANSWERS[name]!(visit);
    });
    const answer = send(url, browser);
    expect(await hasSettled(answer)).toBe(false);
    release();
    const response = await answer;
    expect(response.headers.getSetCookie()).toHaveLength(1);
    if (name.includes("redirect")) expect(response.headers.get("location")).toBe("/elsewhere");
    else if (response.status === 200) expect(await response.text()).toBe("body");
    if (name.includes("writeHead"))
      expect([response.statusText, response.headers.get("x-own")]).toEqual(["Fine", "1"]);
  });

  test("the answer to a HEAD request", async () => {
    const { app, browser, store } = await start();
    const url = app.urlOf((visit: ExpressVisit) => {
      visit.session.name = "ann";
      visit.res.send("body");
    });
    const response = await send(url, browser, { method: "HEAD" });
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(response.headers.get("content-length")).toBe("4");
    expect(await store.count()).toBe(1);
  });

  test("a logout without a callback", async () => {
    const { app, browser } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const url = app.urlOf(({ req, res }: ExpressVisit) => {
      req.session.destroy(undefined as never);
      res.redirect("/");
    });
    expect((await send(url, browser)).status).toBe(302);
    expect((await browser.visit(app, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
  });

  test("a regenerated session, also if the handler does not wait for it", async () => {
    const { app, browser, store } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const url = app.urlOf(({ req, res }: ExpressVisit) => {
      req.session.regenerate(() => ((req.session as unknown as Record<string, unknown>).name = "bob"));
      res.send("body");
    });
    const response = await send(url, browser);
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(await store.count()).toBe(1);
  });

  test("changes made while a response is streamed, at its end", async () => {
    const { app, browser } = await start();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const url = app.urlOf(async ({ session, res }: ExpressVisit) => {
      res.write("bo");
      await sleep(20);
      session.name = "bob";
      res.end("dy");
    });
    expect(await (await send(url, browser)).text()).toBe("body");
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("bob");
  });

  test("no new session after the headers, since its cookie cannot be sent, and reports it", async () => {
    const seen = seenEvents(["write-failed"]);
    const { app, browser, store } = await start();
    const url = app.urlOf(async ({ res, session }: ExpressVisit) => {
      res.write("body");
      await sleep(20);
      session.name = "ann";
      res.end();
    });
    expect(await (await send(url, browser)).text()).toBe("body");
    expect(seen).toEqual([["write-failed", { operation: "save", code: "ERR_HTTP_HEADERS_SENT" }]]);
    expect(await store.count()).toBe(0);
  });

  test("what the client of an aborted request changed", async () => {
    const { store, release } = gated(new MemoryStore());
    const { app, browser } = await start({ store });
    const abort = new AbortController();
    const ended = new Promise<void>((resolve) => {
      const url = app.urlOf(({ session, res }: ExpressVisit) => {
        session.name = "ann";
        res.on("close", resolve);
        res.send("body");
      });
      void send(url, browser, { signal: abort.signal }).catch(() => {});
    });
    await sleep(50);
    abort.abort();
    await ended;
    release();
    await sleep(20);
    expect(await store.count()).toBe(1);
    expect(app.errors).toEqual([]);
  });

  test("res.end returns the response, and res.write reports that it waits and when it goes on", async () => {
    const { app, browser } = await start();
    const returned: unknown[] = [];
    const url = app.urlOf(async ({ session, res }: ExpressVisit) => {
      session.name = "ann";
      returned.push(res.write("bo"), res.headersSent);
      await new Promise((resolve) => res.once("drain", resolve));
      returned.push(res.end("dy") === res);
    });
    expect(await (await send(url, browser)).text()).toBe("body");
    expect(returned).toEqual([false, true, true]);
  });
});

test("refuses a second answer while the first one waits for the save, and sends the first one", async () => {
  const { app, browser } = await start();
  const thrown: unknown[] = [];
  const url = app.urlOf(({ session, res }: ExpressVisit) => {
    session.name = "ann";
    res.send("first");
    for (const late of [
      () => res.send("a second one, which is longer"),
      () => res.set("x-late", "1"),
      () => res.removeHeader("content-length"),
      () => res.redirect("/elsewhere"),
    ]) {
      try {
        late();
      } catch (error) {
        thrown.push((error as { code?: unknown }).code);
      }
    }
    res.status(500).end("third");
  });
  const response = await send(url, browser);
  expect([response.status, await response.text(), response.headers.get("content-length")]).toEqual([
    200,
    "first",
    "5",
  ]);
  expect(thrown).toEqual(Array.from({ length: 4 }, () => "ERR_HTTP_HEADERS_SENT"));
  expect(response.headers.getSetCookie()).toHaveLength(1);
});

describe.each([true, false])("with an own error handler: %s", (handlesErrors) => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const toJSON = () => {
    throw new Error("a secret");
  };
  const VALUES: [string, unknown][] = [
    ["a BigInt", 10n],
    ["a cycle", cycle],
    ["a toJSON that throws", { toJSON }],
    ["a nested BigInt", { deep: [{ er: 1n }] }],
    ["a nested cycle", { deep: [cycle] }],
    ["a nested toJSON that throws", { deep: [{ toJSON }] }],
  ];
  test.each(VALUES)("answers %s with 500 and an error that names the field", async (_, value) => {
    const { app, browser } = await start({ cookie: { maxAge: HOUR_MS } }, handlesErrors);
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    for (const reply of ["end", "write", "redirect"] as const) {
      const url = app.urlOf(({ session, res }: ExpressVisit) => {
        session.field = value;
        if (reply === "write") res.write("streamed");
        if (reply === "redirect") res.redirect("/elsewhere");
        else res.end("done");
      });
      const response = await send(url, browser);
      expect(response.status).toBe(500);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await response.text()).not.toContain("done");
    }
    expect(app.errors.length).toBeGreaterThanOrEqual(2); // a streamed response is answered without the framework
    for (const error of app.errors) expect((error as Error).message).toContain("field");
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("answers a save that fails with the error, without the handler's headers and without a cookie", async () => {
    const { app, browser } = await start(
      { store: wrapped(new MemoryStore(), { create: down }) },
      handlesErrors,
    );
    const url = app.urlOf(({ session, res }: ExpressVisit) => {
      session.name = "ann";
      res.set({ location: "/elsewhere", "set-cookie": "own=1", "x-own": "1" }).send("done");
    });
    const response = await send(url, browser);
    const { headers } = response;
    expect(response.status).toBe(handlesErrors ? 500 : 503);
    if (!handlesErrors) expect(headers.get("retry-after")).toBe("1");
    expect([headers.getSetCookie(), headers.get("location"), headers.get("x-own")]).toEqual([[], null, null]);
    expect(app.errors).toHaveLength(1);
    expect(await response.text()).not.toBe("done");
  });

  test("answers a logout that fails with the error", async () => {
    const { app, browser } = await start(
      { store: wrapped(new MemoryStore(), { destroy: down }) },
      handlesErrors,
    );
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const url = app.urlOf(({ req, res }: ExpressVisit) => {
      req.session.destroy(undefined as never);
      res.redirect("/");
    });
    expect((await send(url, browser)).status).toBe(handlesErrors ? 500 : 503);
    expect(app.errors).toHaveLength(1);
  });
});

test("leaves a failed logout to the callback of the handler", async () => {
  const { app, browser } = await start({ store: wrapped(new MemoryStore(), { destroy: down }) });
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  const url = app.urlOf(async (visit: ExpressVisit) => {
    const error = await visit.destroy().catch((caught: unknown) => caught);
    visit.res.send(error ? "failed" : "done");
  });
  expect(await (await send(url, browser)).text()).toBe("failed");
  expect(app.errors).toEqual([]);
});

describe("costs", () => {
  test("nothing for a new session without data, and sets no cookie", async () => {
    const { app, calls, browser } = await start();
    const { cookie } = await browser.visit(app, () => {});
    expect([calls(), cookie]).toEqual([[], undefined]);
  });

  test("one call for each kind of request", async () => {
    const { app, calls, browser } = await start();
    expect((await browser.visit(app, (v) => void (v.session.name = "ann"))).cookie).toBeDefined();
    expect(calls()).toEqual(["create"]);
    expect((await browser.visit(app, (v) => v.session.name)).cookie).toBeUndefined();
    expect(calls()).toEqual(["get"]);
    await browser.visit(app, (v) => void (v.session.name = "bob"));
    expect(calls()).toEqual(["get", "update"]);
    await browser.visit(app, (v) => v.regenerate());
    expect(calls()).toEqual(["get", "destroy", "create"]);
    await browser.visit(app, (v) => v.destroy());
    expect(calls()).toEqual(["get", "destroy"]);
  });

  test("one create if the handler saves by itself", async () => {
    const { app, calls, browser } = await start({ cookie: { maxAge: HOUR_MS } });
    const { cookie } = await browser.visit(app, async (v) => {
      v.session.name = "ann";
      await v.save();
    });
    expect([calls(), cookie?.value]).toEqual([["create"], expect.any(String)]);
  });

  test("a record for each visitor with saveUninitialized", async () => {
    const { app, calls, browser } = await start({ saveUninitialized: true });
    expect((await browser.visit(app, () => {})).cookie).toBeDefined();
    expect(calls()).toEqual(["create"]);
  });

  test('a destroy with unset: "destroy", and nothing with unset: "keep"', async () => {
    for (const [unset, expected] of [
      ["destroy", ["get", "destroy"]],
      ["keep", ["get"]],
    ] as const) {
      const { app, calls, browser } = await start({ unset });
      await browser.visit(app, (v) => void (v.session.name = "ann"));
      calls();
      await browser.visit(app, ({ req }) => void ((req as { session: unknown }).session = null));
      expect(calls()).toEqual(expected);
    }
  });
});

describe("sets no cookie", () => {
  test("and stores nothing, if the handler replaced req.sessionID by something that is no id", async () => {
    const { app, browser, calls } = await start();
    const { cookie } = await browser.visit(app, ({ req, session }) => {
      session.name = "ann";
      (req as { sessionID: unknown }).sessionID = undefined;
    });
    expect([cookie, calls()]).toEqual([undefined, []]);
  });

  test("for a session that another request regenerated meanwhile", async () => {
    const { app, browser } = await start({ rolling: true, cookie: { maxAge: HOUR_MS } });
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    const slow = browser.twin();
    for (const changes of [true, false]) {
      const { cookie } = await slow.visit(app, async (v) => {
        await browser.visit(app, (other) => other.regenerate());
        if (changes) v.session.name = "late";
      });
      expect(cookie).toBeUndefined();
      slow.jar.clear();
      for (const [name, value] of browser.jar) slow.jar.set(name, value);
    }
  });

  test("with rolling, unless the expiry of the session moved", async () => {
    const { app, browser, calls } = await start({ rolling: true, cookie: { maxAge: HOUR_MS } });
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect((await browser.visit(app, () => {})).cookie).toBeUndefined();
    const touching = await start({ rolling: true, cookie: { maxAge: HOUR_MS }, touchAfterMs: 0 });
    await touching.browser.visit(touching.app, (v) => void (v.session.name = "ann"));
    await sleep(5);
    touching.calls();
    const { cookie } = await touching.browser.visit(touching.app, () => {});
    expect(touching.calls()).toEqual(["get", "touch"]);
    expect(cookie?.expires).toBeGreaterThan(Date.now() + HOUR_MS - 60_000);
    calls();
  });
});

describe("takes the store", () => {
  const empty = emptyStores("redis");

  test("as a URL, and makes it accessible", async () => {
    const middleware = expressSession({ store: "memory:", secret: SECRET });
    const app = await serveMiddleware(middleware);
    await new Browser().visit(app, (v) => void (v.session.name = "ann"));
    expect(await middleware.store.count()).toBe(1);
  });

  test("of Redis", async () => {
    const store = empty();
    const app = await serveMiddleware(expressSession({ store, secret: SECRET }));
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("of expressStore", async () => {
    const store = new MemoryStore();
    const app = await serveMiddleware(expressSession({ store: expressStore(store), secret: SECRET }));
    await new Browser().visit(app, (v) => void (v.session.name = "ann"));
    expect(await store.count()).toBe(1);
  });
});

test("gives a second middleware on the same request nothing to do", async () => {
  const { store, calls } = spied(new MemoryStore());
  const [first, second] = [1, 2].map(() => expressSession({ store, secret: SECRET }));
  const app = await serveMiddleware((req, res, next) => {
    void first!(req, res, (error: unknown) => (error ? next(error) : void second!(req, res, next)));
  });
  const { cookie } = await new Browser().visit(app, (v) => void (v.session.name = "ann"));
  expect([calls(), cookie?.value]).toEqual([["create"], expect.any(String)]);
});
