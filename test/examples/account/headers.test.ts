import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { PASSWORD, startAccount } from "./account.js";
import { Device } from "./device.js";

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

  it("refuses a browser that comes by http", async () => {
    const { url, store } = await startAccount(production);
    const { status, setCookies } = await new Device(url).signIn("ada", PASSWORD);
    expect({ status, setCookies }).toEqual({ status: 403, setCookies: [] });
    expect(await store.listByUser("ada")).toEqual([]);
  });
});

async function fetchOnce(url: string, init: RequestInit) {
  const response = await fetch(url, { redirect: "manual", ...init });
  return { headers: response.headers, text: await response.text() };
}
