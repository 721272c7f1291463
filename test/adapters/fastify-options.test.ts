import fastifySession from "@fastify/session";
import Fastify from "fastify";
import { MemoryStore, StoreClosedError, UserSessionStore } from "sessionary";
import sessionaryFastifySession, {
  type SessionaryFastifySessionOptions,
  fastifyStore,
} from "sessionary/fastify-session";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Browser } from "./browser.js";
import { SECRET, serveFastify, startFastify } from "./support.js";
import { wrapped } from "./wrapped-store.js";

const store = new MemoryStore();

async function register(options: object): Promise<void> {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(sessionaryFastifySession, {
    store,
    secret: SECRET,
    ...options,
  } as SessionaryFastifySessionOptions);
}

describe("the plugin refuses at startup", () => {
  test.each(["saveUninitialised", "name", "resave"])(
    "an unknown option %s, and names the accepted ones",
    async (name) => {
      const registered = register({ [name]: 1 });
      await expect(registered).rejects.toBeInstanceOf(TypeError);
      await expect(registered).rejects.toThrow(
        new RegExp(`no option "${name}"; it accepts .*touchAfterMs.*saveUninitialized`),
      );
    },
  );

  test.each<[string, object, RegExp]>([
    [
      "touchAfterMS",
      { touchAfterMS: 1 },
      /no option "touchAfterMS": use touchAfterMs, in milliseconds; it acc/,
    ],
    [
      "cookiename",
      { cookiename: "sid" },
      /no option "cookiename": use cookieName; it accepts .*touchAfterMs/,
    ],
    ["ttl of connect-redis", { ttl: 60 }, /use ttlMs/],
    ["a value of onConflict that does not exist", { onConflict: "win" }, /onConflict must be/],
    [
      "no store",
      { store: undefined },
      /requires store, .*or a SessionStore.*received undefined. Is the environment variable set\?/,
    ],
    [
      "@fastify/session's own store",
      { store: new fastifySession.MemoryStore() },
      /a store of another package/,
    ],
    [
      "ttlMs next to fastifyStore()",
      { store: fastifyStore(store), ttlMs: 60_000 },
      /pass it to fastifyStore/,
    ],
    ["a relative cookie.path", { cookie: { path: "app" } }, /cookie.path must begin with "\/"/],
    ["a cookie.maxAge of 0", { cookie: { maxAge: 0 } }, /cookie.maxAge must be a positive number/],
    [
      "sameSite none without secure",
      { cookie: { sameSite: "none", secure: false } },
      /sameSite "none" without secure/,
    ],
    [
      "a __Host- name with a path",
      { cookieName: "__Host-sid", cookie: { path: "/app" } },
      /named __Host-sid with/,
    ],
    ["a name that is no cookie name", { cookieName: "my session" }, /cannot be sent/],
  ])("%s", async (_, options, message) => {
    const registered = register(options);
    await expect(registered).rejects.toBeInstanceOf(TypeError);
    await expect(registered).rejects.toThrow(message);
  });

  test("no secret", async () => {
    await expect(register({ secret: undefined })).rejects.toThrow("the secret option is required");
  });
});

test("the plugin accepts its own options, those of @fastify/session and those of register", async () => {
  const all: Required<Omit<SessionaryFastifySessionOptions, "store" | "secret">> = {
    onConflict: "merge",
    touchAfterMs: 0,
    ttlMs: 60_000,
    algorithm: "sha512",
    cookieName: "sid",
    cookie: { secure: false },
    cookiePrefix: "s:",
    saveUninitialized: false,
    rolling: false,
    idGenerator: () => "an-id",
  };
  await register({ ...all, prefix: "/app", logLevel: "error", logSerializers: {} });
  await register({ cookieName: "__Host-sid" });
  await register({ cookie: { sameSite: "none" } });
});

test("the plugin accepts what fastifyStore() returned, and adds its hooks", async () => {
  const warn = vi.spyOn(process, "emitWarning");
  onTestFinished(() => warn.mockRestore());
  const adapter = fastifyStore(new MemoryStore());
  const app = await serveFastify(async (web) =>
    web.register(sessionaryFastifySession, { secret: SECRET, cookie: { secure: false }, store: adapter }),
  );
  const browser = new Browser();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
  expect(warn).not.toHaveBeenCalled();
});

test("the plugin accepts a URL, and closes its store with the app", async () => {
  const app = Fastify();
  const closing = vi.spyOn(UserSessionStore.prototype, "close");
  onTestFinished(() => closing.mockRestore());
  await app.register(sessionaryFastifySession, { store: "memory:", secret: SECRET });
  await app.close();
  expect(closing).toHaveBeenCalledTimes(1);
});

test("the plugin leaves the store that it was given open", async () => {
  const app = Fastify();
  const given = wrapped(new MemoryStore(), { close: () => Promise.reject(new StoreClosedError()) });
  await app.register(sessionaryFastifySession, { store: given, secret: SECRET });
  await app.close();
});

describe("the plugin warns", () => {
  async function visited(cookie: object | undefined): Promise<unknown[]> {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const app = await serveFastify(async (web) =>
      web.register(sessionaryFastifySession, { secret: SECRET, store, ...(cookie && { cookie }) }),
    );
    await new Browser().visit(app, () => {});
    await new Browser().visit(app, (v) => void (v.session.name = "ann"));
    await new Browser().visit(app, (v) => void (v.session.name = "ann"));
    return warn.mock.calls.map(([message]) => message);
  }

  test("once if a changed session is not stored because the request is not secure", async () => {
    expect(await visited(undefined)).toEqual([
      expect.stringMatching(/stores no session.*trustProxy.*cookie.secure to "auto"/),
    ]);
  });

  test("not if secure is auto", async () => {
    expect(await visited({ secure: "auto" })).toEqual([]);
  });
});

test("a response of an unchanged session that another request regenerated meanwhile sets no cookie", async () => {
  const app = await startFastify(new MemoryStore(), { cookie: { secure: false, maxAge: 3_600_000 } });
  const browser = new Browser();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  const { cookie } = await browser.twin().visit(app, () => browser.visit(app, (other) => other.regenerate()));
  expect(cookie).toBeUndefined();
});
