import type { SessionStore } from "sessionary";
import type { Findings } from "../fault-case.js";
import { type Answer, Visitor, type WebApp, startApps } from "./web.js";

const EVERY_MS = 100;

/** Visitors who are logged in, and who ask for a page all the time: what do the apps tell them? */
export class WebProbe {
  readonly #apps: WebApp[];
  readonly #visitors: Visitor[];
  readonly #timer: NodeJS.Timeout;
  #expected: "outage" | "any" | "service" = "service";
  #open = 0;
  #answered = 0;
  #unavailable = 0;
  readonly #wrong: string[] = [];

  private constructor(apps: WebApp[], visitors: Visitor[]) {
    this.#apps = apps;
    this.#visitors = visitors;
    this.#timer = setInterval(
      () => this.#visitors.forEach((visitor, i) => void this.#ask(visitor, apps[i]?.name ?? "")),
      EVERY_MS,
    );
  }

  static async start(store: SessionStore): Promise<WebProbe> {
    const apps = await startApps(store);
    const visitors = apps.map((app) => new Visitor(app));
    for (const visitor of visitors) await visitor.login();
    return new WebProbe(apps, visitors);
  }

  /** From now on no request can reach Redis. */
  expectOutage(): void {
    this.#expected = "outage";
  }

  /** Redis is coming back. */
  expectAny(): void {
    this.#expected = "any";
  }

  expectService(): void {
    this.#expected = "service";
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const app of this.#apps) await app.close();
  }

  counts() {
    return { requests: this.#answered, "answered 503": this.#unavailable };
  }

  check(findings: Findings): void {
    findings.expectNone(this.#open, "requests without an answer");
    findings.expect(this.#unavailable > 0, "no request met the outage");
    findings.expect(
      this.#wrong.length === 0,
      `${this.#wrong.length} wrong answers of an app: ${this.#wrong[0]}`,
    );
  }

  async #ask(visitor: Visitor, app: string): Promise<void> {
    const asked = this.#expected;
    this.#open++;
    const answer = await visitor.info().catch(() => undefined);
    this.#open--;
    if (answer === undefined) return; // the app was closed
    this.#answered++;
    if (answer.status === 503) this.#unavailable++;
    // A request that spans the change may be answered either way.
    const wrong = this.#wrongWith(answer, asked === this.#expected ? asked : "any");
    if (wrong !== undefined) this.#wrong.push(`${wrong} (${app})`);
  }

  #wrongWith({ status, retryAfter, setsCookie, user }: Answer, expected: string): string | undefined {
    if (status === 200) {
      if (user !== "ann") return "a visitor who is logged in is told that they are not";
      return expected === "outage" ? "a page without a store" : undefined;
    }
    if (status !== 503) return `status ${status}`;
    if (setsCookie) return "a 503 that changes the cookie";
    if (retryAfter === null) return "a 503 without Retry-After";
    return expected === "service" ? "a 503 while Redis serves" : undefined;
  }
}
