import https from "node:https";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type CookieOptions, createSessions } from "sessionary";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { getRaw } from "./client.js";
import { FRAMEWORKS, type Handler, serve } from "./servers.js";

const SECURE = /^__Host-session=[\w-]{32}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/;
const LOCAL = /^session=[\w-]{32}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/;

const HOSTS: [host: string, expected: RegExp][] = [
  ["localhost", LOCAL],
  ["LOCALHOST:3000", LOCAL],
  ["app.localhost:3000", LOCAL],
  ["127.0.0.1", LOCAL],
  ["127.8.9.10:80", LOCAL],
  ["[::1]:3000", LOCAL],
  ["example.com", SECURE],
  ["example.com:3000", SECURE],
  ["10.0.0.1", SECURE],
  ["[::2]", SECURE],
  ["localhost.example.com", SECURE],
  ["127.0.0.1.example.com", SECURE],
  ["notlocalhost", SECURE],
];

const write: Handler = async (visit) => {
  (await visit.session()).data.n = 1;
  return { text: "written" };
};

describe.each(FRAMEWORKS)("with %s", (framework) => {
  test.each(HOSTS)("sets the cookie for plain http on %s", async (host, expected) => {
    const server = await serve(framework, createSessions({ store: "memory:" }));
    const { setCookie } = await getRaw(server.url(write), { host });
    expect(setCookie).toEqual([expect.stringMatching(expected)]);
  });
});

test("sets a Secure cookie over https, on a loopback host too", async () => {
  const sessions = createSessions({ store: "memory:" });
  const [cert, key] = ["cert", "key"].map((name) => readFileSync(`test/support/tls/${name}.pem`));
  const server = https.createServer({ cert, key }, (req, res) => {
    void sessions.get(req, res).then((session) => {
      session.data.n = 1;
      res.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const request = https.get({ port, host: "127.0.0.1", rejectUnauthorized: false, agent: false });
  const [response] = (await once(request, "response")) as [{ headers: { "set-cookie"?: string[] } }];
  expect(response.headers["set-cookie"]).toEqual([expect.stringMatching(SECURE)]);
  request.destroy();
});

const OPTIONS: [options: CookieOptions, secure: string, local: string][] = [
  [{ name: "sid" }, "sid; Path=/; HttpOnly; Secure; SameSite=Lax", "sid; Path=/; HttpOnly; SameSite=Lax"],
  [
    { name: "__Secure-sid" },
    "__Secure-sid; Path=/; HttpOnly; Secure; SameSite=Lax",
    "sid; Path=/; HttpOnly; SameSite=Lax",
  ],
  [
    { path: "/app" },
    "session; Path=/app; HttpOnly; Secure; SameSite=Lax",
    "session; Path=/app; HttpOnly; SameSite=Lax",
  ],
  [
    { domain: "example.com" },
    "session; Domain=example.com; Path=/; HttpOnly; Secure; SameSite=Lax",
    "session; Domain=example.com; Path=/; HttpOnly; SameSite=Lax",
  ],
  [
    { sameSite: "strict" },
    "__Host-session; Path=/; HttpOnly; Secure; SameSite=Strict",
    "session; Path=/; HttpOnly; SameSite=Strict",
  ],
  [
    { sameSite: "none", partitioned: true },
    "__Host-session; Path=/; HttpOnly; Secure; SameSite=None; Partitioned",
    "session; Path=/; HttpOnly; SameSite=Lax",
  ],
  [
    { secure: true },
    "__Host-session; Path=/; HttpOnly; Secure; SameSite=Lax",
    "__Host-session; Path=/; HttpOnly; Secure; SameSite=Lax",
  ],
  [{ secure: false }, "session; Path=/; HttpOnly; SameSite=Lax", "session; Path=/; HttpOnly; SameSite=Lax"],
  [
    { priority: "high" },
    "__Host-session; Path=/; HttpOnly; Secure; SameSite=Lax; Priority=High",
    "session; Path=/; HttpOnly; SameSite=Lax; Priority=High",
  ],
];

test.each(OPTIONS)("sets the attributes of %j", async (cookie, secure, local) => {
  for (const [url, expected] of [
    ["https://example.com/", secure],
    ["http://localhost/", local],
  ] as const) {
    for (const persistent of [true, false]) {
      const sessions = createSessions({ store: "memory:", cookie: { ...cookie, persistent } });
      const [name, ...attributes] = expected.split("; ");
      const handle = sessions.handler(async (request) => {
        const { data, isNew } = await sessions.get(request);
        data.n = 1;
        return Response.json(isNew);
      });
      const [setCookie = ""] = (await handle(new Request(url))).headers.getSetCookie();
      const [value = "", ...actual] = setCookie.split("; ");
      expect(value).toMatch(new RegExp(`^${name}=[\\w-]{32}$`));
      expect(actual).toEqual(persistent ? ["Max-Age=86400", ...attributes] : attributes);
      const again = new Request(url, { headers: { cookie: value } });
      expect(await (await handle(again)).json()).toBe(false);
    }
  }
});

test("removes the cookie with the attributes with which it was set", async () => {
  const sessions = createSessions({
    store: "memory:",
    cookie: { domain: "example.com", path: "/app", sameSite: "none", partitioned: true },
  });
  const session = await sessions.open(undefined);
  session.data.n = 1;
  const set = (await session.commit())!;
  await session.destroy();
  const attributes = (line: string) =>
    line.split("; ").filter((each) => !/^(session|Max-Age|Expires)=/.test(each));
  const removed = (await session.commit())!;
  expect(removed).toMatch(/^session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; /);
  expect(attributes(removed)).toEqual(attributes(set));
});

test("ends the cookie of a new session at the absolute timeout, if the idle timeout is longer", async () => {
  const options = { idleTimeoutMs: 3_600_000, absoluteTimeoutMs: 1_800_000 };
  const session = await createSessions({ store: "memory:", ...options }).open(undefined);
  session.data.n = 1;
  expect(await session.commit()).toContain("; Max-Age=1800; ");
  const leftMs = session.expiresAt! - Date.now();
  expect(leftMs > 1_790_000 && leftMs <= 1_800_000).toBe(true);
});

describe("over plain http on a host that is not a loopback host", () => {
  const PROXIED = [
    { "x-forwarded-proto": "https, http" },
    { forwarded: "for=192.0.2.1;proto=https;host=example.com" },
    { "sec-fetch-site": "none" },
  ];
  const WARNING = expect.stringContaining(
    "createSessions sends a Secure cookie, and the request came over plain http",
  ) as string;

  /** Starts with sessions that have not warned yet. */
  async function start(cookie: CookieOptions = {}) {
    vi.resetModules();
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const fresh = await import("sessionary");
    return { warn, sessions: fresh.createSessions({ store: "memory:", cookie }) };
  }

  test("warns once that a browser drops the Secure cookie, unless a header shows https", async () => {
    const { warn, sessions } = await start();
    const server = await serve("node:http", sessions);
    const url = server.url(write);
    for (const headers of PROXIED) await getRaw(url, { host: "example.com", ...headers });
    await getRaw(url, { host: "localhost" });
    await getRaw(
      server.url(() => ({ text: "no session" })),
      { host: "example.com" },
    );
    expect(warn).not.toHaveBeenCalled();
    for (let i = 0; i < 2; i++)
      await getRaw(url, { host: "example.com", "x-forwarded-proto": "http", forwarded: "proto=http" });
    expect(warn.mock.calls).toEqual([[WARNING, { type: "SessionaryWarning" }]]);
  });

  test("warns for a request of the Fetch API", async () => {
    const { warn, sessions } = await start();
    const handle = sessions.handler(async (request) => {
      (await sessions.get(request)).data.n = 1;
      return new Response();
    });
    for (const headers of PROXIED) await handle(new Request("http://example.com/", { headers }));
    await handle(new Request("https://example.com/"));
    expect(warn).not.toHaveBeenCalled();
    await handle(new Request("http://example.com/"));
    expect(warn.mock.calls).toEqual([[WARNING, { type: "SessionaryWarning" }]]);
  });

  test("warns about no cookie that is not Secure", async () => {
    const { warn, sessions } = await start({ secure: false });
    const { setCookie } = await getRaw((await serve("node:http", sessions)).url(write), {
      host: "example.com",
    });
    expect([setCookie.length, warn.mock.calls]).toEqual([1, []]);
  });
});
