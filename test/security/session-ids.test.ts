import { MemoryStore } from "sessionary";
import { describe, expect, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS, signed, startApp } from "../adapters/support.js";

const SESSIONS = 300;
/** ASVS 5.0, 7.2.3. */
const MIN_BITS = 128;

describe.each(FRAMEWORKS)("%s", (framework) => {
  test("makes ids of more than 128 bits, all different, in which no bit is likelier than another", async () => {
    const app = await startApp(framework, new MemoryStore());
    const ids: string[] = [];
    for (let n = 0; n < SESSIONS; n++) {
      const { result } = await new Browser().visit(app, (v) => ((v.session.name = "ann"), v.id));
      ids.push(result);
    }
    expect(new Set(ids).size).toBe(SESSIONS);
    const bytes = ids.map((id) => Buffer.from(id, "base64url"));
    for (let bit = 0; bit < MIN_BITS; bit++) {
      const ones = bytes.filter((each) => (each[bit >> 3]! >> (bit & 7)) & 1).length;
      // Six standard deviations: a fair bit is outside once in 500 million times.
      expect(Math.abs(ones - SESSIONS / 2)).toBeLessThan(6 * Math.sqrt(SESSIONS / 4));
    }
  });

  test("takes an id from the cookie, and from nowhere else", async () => {
    const store = new MemoryStore();
    const app = await startApp(framework, store);
    const browser = new Browser();
    const { result: id } = await browser.visit(app, (v) => ((v.session.name = "ann"), v.id));
    const url = app.urlOf((v) => v.session.name ?? "nobody");
    const ask = async (more: string, headers: Record<string, string> = {}) =>
      ((await (await fetch(url + more, { headers })).json()) as { result: string }).result;
    const value = encodeURIComponent(signed(framework, id));
    expect(await ask("", { cookie: `${app.cookieName}=${value}` })).toBe("ann");
    for (const name of [app.cookieName, "sessionId", "sid", "id"]) {
      expect(await ask(`&${name}=${value}`)).toBe("nobody");
      expect(await ask("", { [name]: value, "x-session-id": value, authorization: `Bearer ${value}` })).toBe(
        "nobody",
      );
    }
    expect(await ask("", { cookie: `${app.cookieName}=${id}` })).toBe("nobody"); // not signed
  });
});
