import session from "express-session";
import { MemoryStore } from "sessionary";
import { expressSession, expressStore } from "sessionary/express-session";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Browser } from "../adapters/browser.js";
import { SECRET, serveMiddleware } from "../adapters/support.js";

const store = new MemoryStore();

describe("expressSession refuses at startup", () => {
  test.each<[string, object, RegExp]>([
    [
      "no secret",
      { secret: undefined },
      /requires secret.*received undefined. Is the environment variable set\?/,
    ],
    ["an empty secret", { secret: "" }, /requires secret.*received an empty string/],
    ["an empty list of secrets", { secret: [] }, /requires secret.*received an empty array/],
    ["a list with a missing secret", { secret: [SECRET, undefined] }, /requires secret.*received undefined/],
    [
      "no store",
      { store: undefined },
      /requires store, .*or a SessionStore.*received undefined. Is the environment variable set\?/,
    ],
    [
      "a store of express-session",
      { store: new session.MemoryStore() },
      /received an adapter, or a store of another package/,
    ],
    ["a URL of an unknown scheme", { store: "mysql://localhost" }, /unknown scheme/],
    ["an unknown option", { cookies: {} }, /expressSession has no option "cookies"/],
    ["ttl of connect-redis", { ttl: 60 }, /use ttlMs/],
    ["an option of the store", { absoluteTimeoutMs: 1 }, /it is an option of the store/],
    [
      "ttlMs next to expressStore()",
      { store: expressStore(store), ttlMs: 60_000 },
      /pass it to expressStore/,
    ],
    ["a relative cookie.path", { cookie: { path: "app" } }, /cookie.path must begin with "\/"/],
    ["a cookie.maxAge of 0", { cookie: { maxAge: 0 } }, /cookie.maxAge must be a positive number/],
    ["sameSite none without secure", { cookie: { sameSite: "none" } }, /sameSite "none" without secure/],
    ["partitioned without secure", { cookie: { partitioned: true } }, /partitioned cookie without secure/],
    ["a __Host- name without secure", { name: "__Host-sid" }, /named __Host-sid without secure/],
    [
      "a __Host- name with a domain",
      { name: "__Host-sid", cookie: { secure: true, domain: "example.com" } },
      /named __Host-sid with a domain/,
    ],
    ["a name that is no cookie name", { name: "my session" }, /cannot be sent/],
    ["a value of sameSite that does not exist", { cookie: { sameSite: "maybe" } }, /cannot be sent/],
  ])("%s", (_, options, message) => {
    const call = () => expressSession({ store, secret: SECRET, ...options });
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  test("nothing that works", () => {
    const works = (options: object) => expressSession({ store, secret: SECRET, ...options });
    works({ secret: [SECRET, "an older one"] });
    works({ cookie: { sameSite: "none", secure: "auto" } });
    works({ cookie: { sameSite: "auto", secure: "auto" } });
    works({ name: "__Host-sid", cookie: { secure: true } });
    works({ cookie: () => ({}) });
    works({ resave: true, rolling: true, saveUninitialized: true, unset: "destroy", proxy: true });
  });
});

describe("expressSession warns", () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  beforeEach(() => void warn.mockClear());
  afterEach(() => void warn.mockClear());

  test("once if the cookie of a stored session is secure and the request is not", async () => {
    const app = await serveMiddleware(expressSession({ store, secret: SECRET, cookie: { secure: true } }));
    const visit = () => new Browser().visit(app, (v) => void (v.session.name = "ann"));
    expect((await visit()).cookie).toBeUndefined();
    await visit();
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/sends no cookie.*set app.set\("trust proxy", 1\).*"auto"/),
    ]);
  });

  test.each([
    ["the proxy is trusted and says https", { proxy: true, cookie: { secure: true } }],
    ["secure is auto", { cookie: { secure: "auto" } }],
  ] as const)("not if %s", async (_, options) => {
    const app = await serveMiddleware(expressSession({ store, secret: SECRET, ...options }));
    const url = app.urlOf((v) => void (v.session.name = "ann"));
    const response = await fetch(url, { headers: { "x-forwarded-proto": "https" } });
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(warn.mock.calls).toEqual([]);
  });
});
