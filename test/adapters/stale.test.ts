import { randomBytes } from "node:crypto";
import { createStore, encrypted, type EncryptionKey, type UserOptions } from "sessionary";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { Browser } from "./browser.js";
import { FRAMEWORKS, startApp, type AppOptions } from "./support.js";
import { spied } from "./wrapped-store.js";
import { isIndexKey } from "../support/user-index-keys.js";

const key = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const [old, now] = [key("old"), key("new")];

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());
beforeEach(() => server.client().flushall());

describe.each(FRAMEWORKS)("%s, when a key has come in front of the one that wrote a session", (framework) => {
  const serve = async (keys: EncryptionKey[], options: AppOptions = {}, userOptions: UserOptions = {}) => {
    const codec = keys.length > 0 ? { codec: encrypted({ keys }) } : {};
    const store = createStore({ url: server.url, ...codec, ...userOptions });
    onTestFinished(() => store.close());
    const { store: seen, calls } = spied(store);
    const app = await startApp(framework, seen, { cookie: { maxAge: 3_600_000 }, ...options });
    return { app, calls };
  };
  const stored = async () => {
    const keys = await server.client().keys("sess:*");
    return (await server.client().get(keys.find((key) => !isIndexKey(key))!))!;
  };

  test.each([
    ["under the old key", [old], {}],
    ["in plain text", [], {}],
    ["under the old key, with users", [old], { userIdOf: () => "ann", hashIds: true }],
  ])("writes one that is %s anew at the next request, once", async (_, keys, userOptions) => {
    const before = await serve(keys, {}, userOptions);
    const browser = new Browser();
    await browser.visit(before.app, (v) => void (v.session.name = "ann"));
    expect(await stored()).toMatch(keys.length > 0 ? /^enc1:old:/ : /^\{/);

    const { app, calls } = await serve([now, old], {}, userOptions);
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
    expect(await stored()).toMatch(/^enc1:new:/);
    expect(calls()).toEqual(["get", "update"]);
    expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
    expect(calls()).toEqual(["get"]);
  });

  test.each(["merge", "reject"] as const)(
    'leaves one that another request has written, with onConflict "%s"',
    async (onConflict) => {
      const browser = new Browser();
      await browser.visit((await serve([old])).app, (v) => void (v.session.name = "ann"));
      const { app } = await serve([now, old], { onConflict });
      await browser.visit(app, async () => {
        await browser.twin().visit(app, (other) => void (other.session.name = "eve"));
      });
      expect((await browser.visit(app, (v) => v.session.name)).result).toBe("eve");
      expect(app.errors).toEqual([]);
    },
  );
});
