import { createStore, type SessionData } from "sessionary";
import { describe, expect, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS, startApp } from "../adapters/support.js";

const HOUR_MS = 3_600_000;

/** A relying party: who somebody is, and until when, is what an identity provider said. */
describe.each(FRAMEWORKS)("%s behind an identity provider", (framework) => {
  const start = async () => {
    const store = createStore("memory:", { userIdOf: ({ sub }: SessionData) => sub });
    const ttlMs = ({ providedUntil }: SessionData) =>
      providedUntil === undefined ? HOUR_MS : (providedUntil as number) - Date.now();
    return { store, app: await startApp(framework, store, { ttlMs, cookie: { maxAge: 8 * HOUR_MS } }) };
  };
  const signIn = async (
    app: Awaited<ReturnType<typeof start>>["app"],
    sub: string,
    providedUntil: number,
  ) => {
    const browser = new Browser();
    await browser.visit(app, async (v) => {
      await v.regenerate();
      Object.assign(v.session, { sub, providedUntil });
    });
    return browser;
  };

  test("a session ends with the provider's, however much it is used", async () => {
    const { store, app } = await start();
    const providedUntil = Date.now() + 2 * HOUR_MS;
    const browser = await signIn(app, "ann", providedUntil);
    for (let visits = 1; visits <= 3; visits++)
      await browser.visit(app, (v) => void (v.session.visits = visits));
    const [session] = await store.listByUser("ann");
    expect(Math.abs(session!.expiresAt - providedUntil)).toBeLessThan(1_000);
  });

  test("a logout at the provider ends all sessions of its subject", async () => {
    const { store, app } = await start();
    const until = Date.now() + HOUR_MS;
    const [ann, annsOther, bob] = [
      await signIn(app, "ann", until),
      await signIn(app, "ann", until),
      await signIn(app, "bob", until),
    ];
    expect(await store.destroyByUser("ann")).toBe(2); // what an OpenID Connect back-channel logout would call
    const subOf = async (browser: Browser) =>
      (await browser.visit(app, (v) => v.session.sub ?? "nobody")).result;
    expect([await subOf(ann), await subOf(annsOther), await subOf(bob)]).toEqual(["nobody", "nobody", "bob"]);
  });

  test("no visit makes a session by itself", async () => {
    const { store, app } = await start();
    for (let n = 0; n < 20; n++) {
      const { cookie } = await new Browser().visit(app, (v) => v.session.sub ?? "nobody");
      expect(cookie).toBeUndefined();
    }
    expect(await store.count()).toBe(0);
  });
});
