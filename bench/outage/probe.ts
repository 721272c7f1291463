import type { App, Framework } from "./app.js";
import type { Contender } from "./stores.js";
import { type Answer, Visitor } from "./visitor.js";

/** One request; the times are `performance.now()`'s. */
export interface Asked {
  askedAt: number;
  /** `undefined` as long as there is no answer. */
  answeredAt: number | undefined;
  answer: Answer;
}

/** A visitor who is logged in at one server, and who asks again without waiting for the last answer. */
export class Probe {
  readonly contender: Contender;
  readonly framework: Framework;
  readonly #app: App;
  readonly #visitor: Visitor;
  readonly #leave = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #asked: Asked[] = [];

  private constructor(contender: Contender, framework: Framework, app: App, visitor: Visitor) {
    this.contender = contender;
    this.framework = framework;
    this.#app = app;
    this.#visitor = visitor;
  }

  static async start(contender: Contender, framework: Framework, app: App): Promise<Probe> {
    return new Probe(contender, framework, app, await Visitor.logIn(app.url));
  }

  get url(): string {
    return this.#app.url;
  }

  /** From now on, one request after each so many milliseconds. */
  ask(everyMs: number): void {
    this.stop();
    this.#timer = setInterval(() => void this.#once(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** All requests since the last `take()`, with those that are still without an answer. */
  get asked(): readonly Asked[] {
    return this.#asked;
  }

  /** Forgets them; what comes later is another outage's. */
  take(): Asked[] {
    const asked = this.#asked;
    this.#asked = [];
    return asked;
  }

  /** Waits for no answer any more. */
  async close(): Promise<void> {
    this.stop();
    this.#leave.abort();
    await this.#app.close();
  }

  async #once(): Promise<void> {
    const asked: Asked = { askedAt: performance.now(), answeredAt: undefined, answer: "never" };
    this.#asked.push(asked);
    const answer = await this.#visitor.me(this.#app.url, this.#leave.signal);
    if (answer !== "never") Object.assign(asked, { answer, answeredAt: performance.now() });
  }
}
