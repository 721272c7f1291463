import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Person, launch } from "../browser/chromium.js";
import { type StoreName, closeRedis, openRedis, startRaces } from "./start.js";
import { seriousProblems } from "../browser/axe.js";

const SCREENSHOT = "docs/races.png";
const MAX_SCREENSHOT_BYTES = 150_000;
const PHONE = { width: 360, height: 740 };

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
  await openRedis();
});
afterAll(async () => {
  await browser.close();
  await closeRedis();
});

/** Opens a page of the demo. When the test is finished, nothing must have gone wrong on it. */
async function open(store: StoreName, path: string, options: BrowserContextOptions = {}): Promise<Person> {
  return openAt(await startRaces(store), path, options);
}

async function openAt(url: string, path: string, options: BrowserContextOptions): Promise<Person> {
  const person = await Person.at(browser, url, options);
  onTestFinished(async () => {
    await person.context.close();
    expect(person.problems).toEqual([]);
  });
  await person.page.goto(url + path);
  return person;
}

/** Runs a race by the keyboard. @returns the verdict of each store. */
async function run({ page }: Person, title: string): Promise<string[]> {
  await page.getByRole("button", { name: `Run: ${title}` }).focus();
  await page.keyboard.press("Enter");
  const section = page.getByRole("region", { name: title, exact: true });
  await section.locator(".verdict.holds, .verdict.fails").nth(1).waitFor();
  return section.locator(".verdict").allInnerTexts();
}

const TITLES = [
  "Log out while a slow request runs",
  "Two parallel changes",
  "“Remember me” crossed by another request",
];

describe.each<StoreName>(["memory", "Redis"])("the page with the races, on %s", (store) => {
  it("shows that sessionary holds and the other store fails", async () => {
    const person = await open(store, "/races");
    for (const title of [...TITLES, ...(store === "Redis" ? ["Redis goes away"] : [])]) {
      const [ours, theirs] = await run(person, title);
      expect(ours, title).toMatch(/^Holds: /);
      expect(theirs, title).toMatch(/^Fails: /);
      expect(await person.page.getByRole("status").innerText()).toContain(
        ours!.replace("Holds", "sessionary holds"),
      );
    }
  });
});

it("shows the same requests as a time line and as a table", async () => {
  const person = await open("memory", "/races");
  await run(person, TITLES[1]!);
  const { page } = person;
  const labels = await page.locator("article").first().locator(".label").allInnerTexts();
  expect(labels).toEqual(["Log in", "Tab 1: add an apple", "Tab 2: add a pear", "Tab 1: open the account"]);
  await page.getByText("As a table").first().click();
  const rows = page.getByRole("region", { name: "Requests of sessionary" }).getByRole("rowheader");
  const cells = await rows.allInnerTexts();
  expect(cells.map((text) => text.replace(/ \(.*/, ""))).toEqual(labels);
});

it("keeps the focus on the button that runs a race", async () => {
  const person = await open("memory", "/races");
  await run(person, TITLES[0]!);
  expect(await person.page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
    `Run: ${TITLES[0]}`,
  );
});

it("leads from the page to log in and out to the races", async () => {
  const { page } = await open("memory", "/");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText('"message": "hi, ada!"').waitFor();
  await page.getByRole("link", { name: "See what happens" }).click();
  await page.getByRole("heading", { name: "Requests that run at the same time" }).waitFor();
});

describe.each([
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["phone", { colorScheme: "light", viewport: PHONE }],
] as const)("in the %s look", (look, options) => {
  it.each(["/", "/races"])("axe finds nothing serious on %s, and nothing is cut off", async (path) => {
    const person = await open("memory", path, { viewport: { width: 1_000, height: 800 }, ...options });
    const { page } = person;
    if (path === "/races") {
      for (const title of TITLES) await run(person, title);
      for (const summary of await page.locator("summary").all()) await summary.click();
    }
    expect(await seriousProblems(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    const folder = process.env.SCREENSHOTS;
    if (folder !== undefined) {
      const name = `${path === "/" ? "home" : "races"}-${look}.png`;
      await writeFile(join(folder, name), await page.screenshot({ fullPage: true }));
    }
  });
});

it("looks like its screenshot: `UPDATE_SCREENSHOT=1 npm run test:browser` takes it again", async () => {
  const url = await startRaces("memory", { stepMs: 200 });
  const person = await openAt(url, "/races", { viewport: { width: 900, height: 800 } });
  await run(person, TITLES[0]!);
  const results = person.page.locator(".results").first();
  const { x, y, width, height } = (await results.boundingBox())!;
  const clip = { x: x - 8, y: y + 8, width: width + 16, height };
  const taken = await person.page.screenshot({ clip, fullPage: true });
  if (process.env.UPDATE_SCREENSHOT === "1") await writeFile(SCREENSHOT, taken);
  const committed = await readFile(SCREENSHOT);
  const widthOf = (png: Buffer) => png.readUInt32BE(16);
  expect(widthOf(committed)).toBe(widthOf(taken));
  expect(committed.length).toBeLessThan(MAX_SCREENSHOT_BYTES);
});
