import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { NEXT_PASSWORD, PASSWORD, STORES, accountsOn, startAccount } from "./account.js";
import { seriousProblems } from "../browser/axe.js";
import { FIREFOX_ON_ANDROID, Person, SAFARI_ON_IPHONE, launch } from "../browser/chromium.js";

const SCREENSHOT = "examples/account/devices.png";
const MAX_SCREENSHOT_BYTES = 150_000;
const PHONE = { width: 360, height: 740 };

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());

/** A device of its own, for this test. */
async function at(url: string, options: BrowserContextOptions = {}): Promise<Person> {
  const person = await Person.at(browser, url, options);
  onTestFinished(() => person.context.close());
  return person;
}

/** Two devices of ada's, signed in. */
async function two(url: string): Promise<[Person, Person]> {
  const people: [Person, Person] = [await at(url), await at(url, { userAgent: FIREFOX_ON_ANDROID })];
  for (const person of people) await person.signIn();
  return people;
}

describe.each(STORES)("two devices in Chromium, on the %s store", (kind) => {
  const start = accountsOn(kind);

  it("see each other; one ends the other, whose next click lands on the sign-in page", async () => {
    const { url, store } = await start();
    const [a, b] = await two(url);
    const lines = await a.devices();
    expect(lines).toHaveLength(2);
    expect(lines.find((line) => line.includes("This device"))).toMatch(
      /^Chrome on Linux Last seen this minute/,
    );
    expect(lines.find((line) => line.startsWith("Firefox on Android"))).toMatch(/ Sign out$/);

    expect(await a.click(/^Sign out Firefox on Android, signed in /)).toBe("/?done=ended");
    expect(await a.devices()).toHaveLength(1);
    expect(await b.click("Sign out everywhere else")).toBe("/sign-in");
    expect(await a.devices()).toHaveLength(1); // that click ended nothing
    expect(await store.count()).toBe(1);
    for (const { problems } of [a, b]) expect(problems).toEqual([]);
  });

  it("end but for the one that changes the password", async () => {
    const { url } = await start();
    const [a, b] = await two(url);
    await a.page.getByLabel("Current password").fill(PASSWORD);
    await a.page.getByLabel("New password").fill(NEXT_PASSWORD);
    expect(await a.click("Change password")).toBe("/?done=password");
    expect(await a.devices()).toHaveLength(1);
    await b.page.reload();
    expect(b.path).toBe("/sign-in");
    await b.signIn(NEXT_PASSWORD);
    expect(await a.click("Sign out everywhere else")).toBe("/?done=ended-others");
    await b.page.reload();
    expect(b.path).toBe("/sign-in");
    for (const { problems } of [a, b]) expect(problems).toEqual([]);
  });
});

describe("in Chromium", () => {
  it("after signing out, going back shows nothing", async () => {
    const { url } = await startAccount();
    const [a] = await two(url);
    expect(await a.click("Sign out")).toBe("/sign-in");
    await a.page.goBack();
    expect(a.path).toBe("/sign-in");
    expect(await a.page.content()).not.toContain("Your devices");
  });

  it("no script reads the cookie, and none that gets into a page runs", async () => {
    const { url } = await startAccount();
    const [a] = await two(url);
    expect(
      (await a.context.cookies()).map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite })),
    ).toEqual([{ name: "id", httpOnly: true, sameSite: "Lax" }]);
    expect(await a.page.evaluate("document.cookie")).toBe("");
    await a.page.evaluate(`
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
    `);
    expect(await a.page.evaluate("window.ran")).toBeUndefined();
    expect(a.problems.join()).toContain("Content Security Policy");
  });

  it("another site can neither send the app's forms nor frame its pages", async () => {
    const { url, store } = await startAccount();
    const [a] = await two(url);
    const elsewhere = await serve(`
      <form method="post" action="${url}/devices/end-others"><button>Win a prize</button></form>
      <iframe src="${url}/"></iframe>
    `);
    await a.page.goto(elsewhere);
    expect(await a.page.frames()[1]!.content()).not.toContain("Sign in");
    expect(await a.click("Win a prize")).toBe("/devices/end-others");
    expect(await a.page.content()).toContain("This request did not come from a page of this site.");
    expect(await store.count()).toBe(2);
    expect(await a.devices()).toHaveLength(2);
  });

  it.each(["light", "dark"] as const)("axe finds nothing serious on a page, %s", async (colorScheme) => {
    const { url } = await startAccount();
    await (await at(url, { userAgent: FIREFOX_ON_ANDROID })).signIn();
    const a = await at(url, { colorScheme, viewport: PHONE });
    const look = async () => {
      expect(await seriousProblems(a.page), a.path).toEqual([]);
      expect(await a.page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    };
    await a.page.goto(url);
    await look();
    await a.signIn();
    await look();
    await a.page.goto(`${url}/?done=ended`);
    await look();
    await a.page.goto(`${url}/confirm`);
    await look();
    await a.page.goto(`${url}/nowhere`);
    await look();
    expect(a.problems.filter((problem) => !problem.includes("404"))).toEqual([]);
  });

  it("looks like its screenshot: `UPDATE_SCREENSHOT=1 npm run test:browser` takes it again", async () => {
    const { url } = await startAccount();
    const now = Date.now();
    for (const [userAgent, minutesAgo] of [
      [SAFARI_ON_IPHONE, 12],
      [FIREFOX_ON_ANDROID, 3],
    ] as const) {
      vi.setSystemTime(now - minutesAgo * 60_000);
      onTestFinished(() => void vi.useRealTimers());
      await (await at(url, { userAgent })).signIn();
    }
    vi.useRealTimers();
    const a = await at(url);
    await a.signIn();
    const taken = await a.page.screenshot({ fullPage: true });
    if (process.env.UPDATE_SCREENSHOT === "1") await writeFile(SCREENSHOT, taken);
    const committed = await readFile(SCREENSHOT);
    const [PNG, sizeOf] = ["89504e470d0a1a0a", (png: Buffer) => png.subarray(16, 24).toString("hex")];
    for (const image of [taken, committed]) {
      expect(image.subarray(0, 8).toString("hex")).toBe(PNG);
      expect(image.length).toBeLessThan(MAX_SCREENSHOT_BYTES);
    }
    expect(sizeOf(committed).slice(0, 8)).toBe(sizeOf(taken).slice(0, 8)); // as wide
  });
});

/** A page of another site: `localhost` is one, seen from 127.0.0.1. */
async function serve(html: string): Promise<string> {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
