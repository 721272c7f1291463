import { SessionConflictError, type SessionStore } from "sessionary";
import { describe, expect, test } from "vitest";
import { Browser } from "./browser.js";
import { emptyStores, FRAMEWORKS_AND_STORES } from "./stores.js";
import { startApp, type App } from "./support.js";
import { stored } from "./wrapped-store.js";

const REQUESTS = 100;
const HOUR_MS = 3_600_000;

describe.each(FRAMEWORKS_AND_STORES)("%s on the %s store", (framework, kind) => {
  const emptyStore = emptyStores(kind);

  async function loggedIn(app: App, fields: Record<string, unknown>) {
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => {
      Object.assign(v.session, fields);
      return v.id;
    });
    return { browser, id };
  }

  /** Each request sets a field of its own, when all of them hold the session as it was. */
  async function setFields(apps: App[], store: SessionStore): Promise<void> {
    const { browser, id } = await loggedIn(apps[0]!, { user: "ann" });
    const allHaveLoaded = barrier(REQUESTS);
    const answers = await Promise.all(
      numbers().map((n) =>
        browser.twin().visit(apps[n % apps.length]!, async (v) => {
          await allHaveLoaded();
          v.session[`field${n}`] = n;
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(numbers().map(() => 200));
    const fields = numbers().map((n) => [`field${n}`, n] as const);
    expect(await stored(store, id)).toEqual({ user: "ann", ...Object.fromEntries(fields) });
    for (const app of apps) expect(app.errors).toEqual([]);
  }

  test("100 requests at once each set a field of their own: all 100 are there", async () => {
    const store = emptyStore();
    await setFields([await startApp(framework, store)], store);
  });

  test("so they do on two servers that share the store", async () => {
    const store = emptyStore();
    await setFields([await startApp(framework, store), await startApp(framework, store)], store);
  });

  test("one of 100 requests at once prolongs the session: it stays prolonged", async () => {
    const store = emptyStore();
    const app = await startApp(framework, store, { cookie: { maxAge: HOUR_MS } });
    const { browser, id } = await loggedIn(app, { user: "ann" });
    const allHaveLoaded = barrier(REQUESTS);
    await Promise.all(
      numbers().map((n) =>
        browser.twin().visit(app, async (v) => {
          await allHaveLoaded();
          if (n === REQUESTS / 2) v.cookie.maxAge = 2 * HOUR_MS;
          v.session[`field${n}`] = n;
        }),
      ),
    );
    expect(app.errors).toEqual([]);
    const { data, expiresAt } = (await store.get(id))!;
    const { originalMaxAge } = data.cookie as { originalMaxAge: number };
    expect(originalMaxAge).toBeGreaterThan(1.9 * HOUR_MS);
    expect(expiresAt).toBeGreaterThan(Date.now() + 1.9 * HOUR_MS);
  });

  test("reject: 100 requests at once count one up; the count is that of the successes", async () => {
    const store = emptyStore();
    const app = await startApp(framework, store, { onConflict: "reject" });
    const { browser, id } = await loggedIn(app, { count: 0 });
    // Ten at a time hold the session as it was. More would leave one success, and prove less.
    const tenHaveLoaded = barrier(10);
    const answers = await Promise.all(
      numbers().map(() =>
        browser.twin().visit(app, async (v) => {
          await tenHaveLoaded();
          v.session.count = Number(v.session.count) + 1;
          try {
            await v.save();
            return 200;
          } catch (error) {
            if (!(error instanceof SessionConflictError)) throw error;
            await v.reload(); // or Fastify saves the rejected change once more
            return 409;
          }
        }),
      ),
    );
    expect(app.errors).toEqual([]);
    const counted = answers.filter(({ result }) => result === 200).length;
    const conflicts = answers.filter(({ result }) => result === 409).length;
    expect(counted + conflicts).toBe(REQUESTS);
    expect(counted).toBeGreaterThanOrEqual(1);
    expect(conflicts).toBeGreaterThanOrEqual(1);
    expect(await stored(store, id)).toEqual({ count: counted });
  });
});

/** Holds each caller until so many have come. */
function barrier(size: number): () => Promise<void> {
  let waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < size) return;
      for (const go of waiting) go();
      waiting = [];
    });
}

function numbers(): number[] {
  return Array.from({ length: REQUESTS }, (_, n) => n);
}
