import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NEXT_PASSWORD, PASSWORD, startAccount } from "./account.js";
import { Device, parse } from "./device.js";

const FORMS: [path: string, fields: Record<string, string>][] = [
  ["/sign-in", { name: "ada", password: PASSWORD }],
  ["/sign-out", {}],
  ["/confirm", { password: PASSWORD }],
  ["/devices/end", { handle: "x" }],
  ["/devices/end-others", {}],
  ["/password", { current: PASSWORD, next: NEXT_PASSWORD }],
];

describe("a form that another site sends", () => {
  it.each(FORMS)("is refused, with the user's cookie as well: %s", async (path, fields) => {
    const { url, store, signedIn } = await startAccount();
    const [a, b] = [await signedIn(), await signedIn()];
    const handle = (await a.devices()).find((each) => each.handle !== undefined)!.handle!;
    const { host, port } = new URL(url);
    const origins: Record<string, string>[] = [
      {},
      ...[
        "null",
        "https://elsewhere.example",
        `https://${host}`,
        `http://localhost:${port}`,
        url.slice(0, -1),
      ].map((origin) => ({ origin })),
      { referer: `${url}/` },
    ];
    for (const headers of origins) {
      const { status, setCookies, text } = await a.post(
        path,
        { ...fields, ...(fields.handle && { handle }) },
        headers,
      );
      expect({ status, setCookies }).toEqual({ status: 403, setCookies: [] });
      expect(text).toContain("This did not come from a page of this site.");
    }
    for (const device of [a, b]) expect(await device.devices()).toHaveLength(2);
    expect(await store.count()).toBe(2);
    expect((await new Device(url).signIn("ada", PASSWORD)).path).toBe("/");
  });

  it("is no form: JSON and text are not taken", async () => {
    const { url } = await startAccount();
    for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"]) {
      const { status } = await fetch(`${url}/sign-in`, {
        method: "POST",
        headers: { origin: url, "content-type": type },
        body: JSON.stringify({ name: "ada", password: PASSWORD }),
      });
      expect(status).toBe(415);
    }
  });
});

it("changes nothing by GET", async () => {
  const { store, signedIn } = await startAccount();
  const device = await signedIn();
  for (const [path] of FORMS.slice(1)) {
    if (path !== "/confirm") expect((await device.get(path)).status).toBe(404);
  }
  expect(await store.count()).toBe(1);
});

it.each(["/", "/?done=ended", "/confirm", "/nowhere", "/?done=1&done=2"])(
  "lets who is signed in sign out on each page: %s",
  async (path) => {
    const { store, signedIn } = await startAccount();
    const device = await signedIn();
    const button = parse((await device.get(path)).text).querySelector("form[action='/sign-out'] button");
    expect(button?.textContent).toBe("Sign out");
    await device.post("/sign-out");
    expect(await store.count()).toBe(0);
  },
);

it.each([
  ["/sign-in", {}],
  ["/sign-in", { name: "ada" }],
  ["/sign-in", { name: "x".repeat(65), password: PASSWORD }],
  ["/password", { current: PASSWORD }],
  ["/devices/end", {}],
])("answers 400 to a form that is not whole: %s %j", async (path, fields: Record<string, string>) => {
  const { signedIn } = await startAccount();
  expect((await (await signedIn()).post(path, fields)).status).toBe(400);
});

it("answers 413 to a form that is large", async () => {
  const { url } = await startAccount();
  expect((await new Device(url).signIn("ada", "x".repeat(5_000))).status).toBe(413);
});

it("shows what a browser or a visitor wrote as text, never as HTML", async () => {
  const { url, signedIn } = await startAccount();
  const hostile = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;`;
  const page = parse((await (await signedIn({ "user-agent": hostile })).get("/")).text);
  expect(page.querySelector("li strong")?.textContent).toBe(hostile.slice(0, 60));
  const refused = parse((await new Device(url).signIn(hostile, "wrong")).text);
  expect(refused.querySelector("[name=name]")?.getAttribute("value")).toBe(hostile);
  const unknown = parse((await new Device(url).get(`/${encodeURIComponent(hostile)}`)).text);
  const notice = await (await signedIn()).get(`/?done=${encodeURIComponent(hostile)}`);
  for (const each of [page, refused, unknown, parse(notice.text)]) {
    expect([...each.querySelectorAll("script, img")]).toEqual([]);
  }
  for (const done of [hostile, "constructor", "__proto__"]) {
    expect((await (await signedIn()).get(`/?done=${encodeURIComponent(done)}`)).text).not.toContain(
      'notice"',
    );
  }
});

describe("every answer", () => {
  const CSP =
    /^default-src 'none'; style-src '(.+)'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/;

  it.each([
    ["the devices", "/", {}],
    ["the sign-in page", "/sign-in", { cookie: "" }],
    ["a redirect", "/", { cookie: "" }],
    ["no such page", "/nowhere", {}],
  ])("tells the browser what it may do: %s", async (_, path, more: Record<string, string>) => {
    const { url, signedIn } = await startAccount();
    const cookie = [...(await signedIn()).cookies].map((each) => each.join("=")).join("; ");
    const { headers, text } = await fetchOnce(url + path, { headers: { cookie, ...more } });
    expectSafe(headers, text);
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  it("does so when it refuses, too", async () => {
    const { url } = await startAccount();
    const asked = [
      { method: "POST" },
      { method: "POST", headers: { origin: url, "content-type": "text/plain" }, body: "x" },
      { method: "POST", headers: { origin: url }, body: new URLSearchParams({ name: "ada" }) },
      { method: "DELETE" },
    ];
    for (const each of asked) {
      const { headers, text } = await fetchOnce(`${url}/sign-in`, each);
      expectSafe(headers, text);
    }
  });

  function expectSafe(headers: Headers, text: string): void {
    const [, hash] = CSP.exec(headers.get("content-security-policy") ?? "") ?? [];
    expect(hash).toMatch(/^sha256-/);
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cache-control": "no-store",
    });
    if (text === "") return;
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    // The style is the one that the policy lets in, and there is nothing that it keeps out.
    const [, style = ""] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
    expect(`sha256-${createHash("sha256").update(style).digest("base64")}`).toBe(hash);
    expect(text).not.toMatch(/<script| on\w+=| style=|javascript:/i);
  }
});

describe("in production", () => {
  const production = {
    NODE_ENV: "production",
    SESSION_SECRET: "a secret of the tests, 32 characters or more",
    SESSION_KEYS: `2026:${"A".repeat(43)}=`,
    DEMO_PASSWORD: PASSWORD,
  };

  it("the cookie is Secure and bound to the host, and the browser is to stay with https", async () => {
    const { url } = await startAccount(production);
    const device = new Device(url, { "x-forwarded-proto": "https" });
    const origin = url.replace("http:", "https:");
    const { setCookies, headers } = await device.post(
      "/sign-in",
      { name: "ada", password: PASSWORD },
      { origin },
    );
    expect(setCookies[0]!.split(/[=;] ?/)).toEqual(
      expect.arrayContaining(["__Host-id", "Secure", "HttpOnly", "SameSite", "Lax", "Path", "/"]),
    );
    expect(setCookies[0]).not.toContain("Domain");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
    expect(await device.devices()).toHaveLength(1);
    // A browser takes the removal, too, only with these.
    const removal = (await device.post("/sign-out", {}, { origin })).setCookies[0]!;
    expect(removal).toMatch(/^__Host-id=;/);
    expect(removal).toContain("; Secure");
  });

  it("a browser that comes by http gets no session", async () => {
    const { url, store } = await startAccount(production);
    const { setCookies } = await new Device(url).signIn("ada", PASSWORD);
    expect(setCookies).toEqual([]);
    expect(await store.listByUser("ada")).toEqual([]);
  });
});

async function fetchOnce(url: string, init: RequestInit) {
  const response = await fetch(url, { redirect: "manual", ...init });
  return { headers: response.headers, text: await response.text() };
}
