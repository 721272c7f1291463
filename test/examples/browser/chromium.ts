import { spawnSync } from "node:child_process";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium,
} from "playwright-core";
import { PASSWORD } from "../account/account.js";

const ARGS = [
  "--no-sandbox", // Chromium has none for root
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a headless Chromium, with a new and empty profile. */
export function launch(): Promise<Browser> {
  const found = spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();
  return chromium.launch({ executablePath: found, args: ARGS });
}

export const FIREFOX_ON_ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0";

export const SAFARI_ON_IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
  "Version/18.5 Mobile/15E148 Safari/604.1";

/** One device, which shares nothing with the browser's others. */
export class Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page's policy kept out, and what else went wrong on it. */
  readonly problems: string[] = [];
  readonly #url: string;

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context;
    this.page = page;
    this.#url = url;
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
    page.on("pageerror", (error) => this.problems.push(error.message));
  }

  static async at(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 760, height: 700 }, ...options });
    context.setDefaultTimeout(10_000);
    return new Person(context, await context.newPage(), url);
  }

  /** Signs in as ada, by the keyboard. */
  async signIn(password = PASSWORD): Promise<void> {
    await this.page.goto(`${this.#url}/`);
    await this.page.getByLabel("Name").fill("ada");
    await this.page.getByLabel("Password").fill(password);
    await this.page.keyboard.press("Enter");
    await this.page.getByRole("heading", { name: "Your devices" }).waitFor();
  }

  /** The lines of "Your devices". */
  async devices(): Promise<string[]> {
    await this.page.goto(`${this.#url}/`);
    return (await this.page.getByRole("listitem").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  }

  /** Clicks a button, and waits for the page that it leads to. @returns that page's path. */
  async click(button: string | RegExp): Promise<string> {
    await Promise.all([
      this.page.waitForEvent("load"),
      this.page.getByRole("button", { name: button, exact: true }).click(),
    ]);
    return this.path;
  }

  get path(): string {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }
}
