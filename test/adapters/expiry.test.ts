import { MemoryStore, type SessionData } from "sessionary";
import { describe, expect, test, vi } from "vitest";
import { Browser } from "./browser.js";
import { FRAMEWORKS, startApp, type AppOptions } from "./support.js";
import { spied } from "./wrapped-store.js";
import { setExpiry } from "../support/set-expiry.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const inMs = (ms: number) => Date.now() + ms;
/** The same but for what a slow machine may take in between; the tests' lifetimes are minutes apart. */
const close = (a: number | undefined, b: number) => expect(Math.abs(a! - b)).toBeLessThan(10_000);

describe.each(FRAMEWORKS)("%s", (framework) => {
  async function loggedIn(options: AppOptions = {}, fields: SessionData = { name: "ann" }) {
    const { store, calls } = spied(new MemoryStore());
    const app = await startApp(framework, store, options);
    const browser = new Browser();
    const first = await browser.visit(app, (v) => {
      Object.assign(v.session, fields);
      return v.id;
    });
    const id = first.result;
    const expiresAt = async () => (await store.get(id))?.expiresAt;
    const moveTo = async (end: number) => {
      await setExpiry(store, id, end);
      calls();
    };
    return { store, calls, app, browser, id, first, expiresAt, moveTo };
  }

  test("the store's expiry and the cookie's agree: at first, after a change, and rolling", async () => {
    const { app, browser, first, expiresAt } = await loggedIn({
      cookie: { maxAge: HOUR_MS },
      rolling: true,
      touchAfterMs: 0,
    });
    close(first.cookie?.expires, inMs(HOUR_MS));
    close(await expiresAt(), first.cookie!.expires!);
    const changed = await browser.visit(app, (v) => void (v.cookie.maxAge = DAY_MS));
    close(changed.cookie?.expires, inMs(DAY_MS));
    close(await expiresAt(), changed.cookie!.expires!);
    const rolled = await browser.visit(app, () => {});
    close(await expiresAt(), rolled.cookie!.expires!);
  });

  test.each([
    ["the cookie's maxAge", {}, HOUR_MS],
    ["ttlMs as a function, which goes before it", { ttlMs: () => 5 * HOUR_MS }, 5 * HOUR_MS],
  ])("the cookie in the stored text says when the session ends, by %s", async (_, options, expected) => {
    const { store, id } = await loggedIn({ cookie: { maxAge: HOUR_MS }, ...options });
    const record = await store.get(id);
    close(record?.expiresAt, inMs(expected));
    close(Date.parse((record!.data.cookie as { expires: string }).expires), record!.expiresAt);
  });

  test("a record whose text ends in the past lives on when the store says so", async () => {
    const { store, app } = await loggedIn();
    const cookie = { originalMaxAge: 1_000, expires: new Date(inMs(-HOUR_MS)), httpOnly: true, path: "/" };
    const fixed = new Browser();
    const { result: id } = await fixed.visit(app, (v) => ((v.session.name = "bob"), v.id));
    // Without an originalMaxAge, express-session makes it a cookie without an end.
    for (const originalMaxAge of framework === "express" ? [HOUR_MS] : [HOUR_MS, null]) {
      const data = { cookie: { ...cookie, originalMaxAge, originalExpires: cookie.expires }, name: "bob" };
      await store.update(id, { data, expiresAt: inMs(HOUR_MS) });
      expect((await fixed.visit(app, (v) => v.session.name)).result).toBe("bob");
      close((await store.get(id))?.expiresAt, inMs(HOUR_MS));
    }
  });

  test.each([
    ["a long session's", HOUR_MS, 30_000, 90_000],
    ["a short session's", 300_000, 10_000, 60_000],
  ])("%s expiry is moved when it would move far enough", async (_, maxAge, tooLittle, enough) => {
    const { app, browser, calls, moveTo, expiresAt } = await loggedIn({ cookie: { maxAge } });
    await moveTo(inMs(maxAge - tooLittle));
    await browser.visit(app, () => {});
    expect(calls()).toEqual(["get"]);
    await moveTo(inMs(maxAge - enough));
    await browser.visit(app, () => {});
    expect(calls()).toEqual(["get", "touch"]);
    close(await expiresAt(), inMs(maxAge));
  });

  test("touchAfterMs sets how far", async () => {
    const options = { cookie: { maxAge: HOUR_MS }, touchAfterMs: 40_000 };
    const { app, browser, calls, moveTo } = await loggedIn(options);
    await moveTo(inMs(HOUR_MS - 20_000));
    await browser.visit(app, () => {});
    expect(calls()).toEqual(["get"]);
    await moveTo(inMs(HOUR_MS - 50_000));
    await browser.visit(app, () => {});
    expect(calls()).toEqual(["get", "touch"]);
  });

  test.each([
    ["a day by default", {}, DAY_MS],
    ["ttlMs as a number", { ttlMs: 5 * HOUR_MS }, 5 * HOUR_MS],
    [
      "ttlMs as a function of the session",
      { ttlMs: (s: SessionData) => Number(s.hours) * HOUR_MS },
      7 * HOUR_MS,
    ],
  ])("a session whose cookie has no end lives for %s", async (_, options, expected) => {
    const { app, browser, first, expiresAt, moveTo } = await loggedIn(options, { hours: 7 });
    expect(first.cookie).toMatchObject({ expires: undefined });
    close(await expiresAt(), inMs(expected));
    await moveTo(inMs(60_000));
    await browser.visit(app, () => {});
    close(await expiresAt(), inMs(expected));
  });

  test("cookie.expires = false, which express-session's README names, logs nobody out", async () => {
    const { app, browser } = await loggedIn({ cookie: { maxAge: HOUR_MS } });
    const { cookie } = await browser.visit(app, (v) => {
      v.cookie.expires = false;
      v.session.stays = true;
    });
    if (framework === "fastify") expect(cookie).toMatchObject({ expires: undefined });
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  });

  test("a fixed date for all cookies is kept to", async () => {
    const end = Math.floor(inMs(HOUR_MS) / 1_000) * 1_000;
    const { app, browser, calls, first, expiresAt } = await loggedIn({ cookie: { expires: new Date(end) } });
    expect(first.cookie?.expires).toBe(end);
    calls();
    await browser.visit(app, () => {});
    expect(calls()).toEqual(["get"]);
    close(await expiresAt(), end);
  });
});

describe("express-session's own ways", () => {
  test("a session whose cookie.expires was set to false lives for ttlMs", async () => {
    const store = new MemoryStore();
    const app = await startApp("express", store, { cookie: { maxAge: HOUR_MS } });
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => {
      v.session.name = "ann";
      v.cookie.expires = false;
      return v.id;
    });
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
    close((await store.get(id))?.expiresAt, inMs(DAY_MS));
  });

  test("a clock that ticks while it sets maxAge does not turn a read into a write", async () => {
    const { store, calls } = spied(new MemoryStore());
    const app = await startApp("express", store, { cookie: { maxAge: HOUR_MS } });
    const browser = new Browser();
    await browser.visit(app, (v) => void (v.session.name = "ann"));
    calls();
    await browser.visit(app, () => {
      let ticks = 0;
      const { now } = Date;
      vi.spyOn(Date, "now").mockImplementation(() => now() + ++ticks);
    });
    vi.restoreAllMocks();
    expect(calls()).toEqual(["get"]);
  });
});
