import assert from "node:assert/strict";
import type { Scheduler } from "fast-check";
import { type SessionStore, type SessionaryEvents, onSessionaryEvent } from "sessionary";
import { vi } from "vitest";
import { type Action, type Answer, type App, type Change, type Setup } from "./app.js";
import { expressApp } from "./express-app.js";
import { fastifyApp } from "./fastify-app.js";
import { GatedStore } from "./gated-store.js";
import { Model } from "./model.js";
import { Turns, as } from "./turns.js";

/** A browser's tabs, which share its cookies: each does one thing after the other, all at once. */
export interface Plan extends Setup {
  tabs: Action[][];
  /** How many servers share the store; the tabs take them in turn. */
  servers: 1 | 2;
  /** How far the clock goes each time that it is read: what is computed twice may differ by 1 ms. */
  tickMs: 0 | 1;
}

/** Servers of one framework over one store, made once for each setup. */
export class Site {
  readonly framework: "express" | "fastify";
  readonly #store: GatedStore;
  readonly #apps = new Map<string, App[]>();

  constructor(framework: "express" | "fastify", store: SessionStore) {
    this.framework = framework;
    this.#store = new GatedStore(store);
  }

  /** Plays one interleaving, and checks all that must be so afterwards. */
  async play(plan: Plan, scheduler: Scheduler): Promise<void> {
    const { tabs, servers, tickMs, ...setup } = plan;
    const apps = (await this.#servers(setup)).slice(0, servers);
    const browser = new Browser(apps, new Model(this.framework, setup));
    let now = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => (now += tickMs));
    const reports = watch();
    this.#store.gone.save = this.#store.gone.touch = 0;
    try {
      await browser.ask("login", { field: "seed", value: "seed" });
      const first = browser.id!;
      await new Turns(scheduler).run(() => browser.use(tabs));
      await browser.model.check(this.#store.inner);
      await browser.comeBackWith(first);
      // A dropped save is told of, and told without a word of whose it was.
      const { dropped, failed } = reports;
      assert.deepEqual(failed, [], "a write failed");
      for (const operation of ["save", "touch"] as const) {
        const told = dropped.filter((event) => event.operation === operation).length;
        assert(
          told >= this.#store.gone[operation],
          `a ${operation} of a session that is gone was not reported`,
        );
      }
      for (const event of dropped) assert.deepEqual(Object.keys(event), ["operation"]);
    } finally {
      clock.mockRestore();
      reports.end();
      await this.#store.clear();
    }
  }

  async #servers(setup: Setup): Promise<App[]> {
    const key = JSON.stringify(setup);
    let apps = this.#apps.get(key);
    if (apps === undefined) {
      const make = this.framework === "express" ? expressApp : fastifyApp;
      apps = [await make(this.#store, setup), await make(this.#store, setup)];
      this.#apps.set(key, apps);
    }
    return apps;
  }
}

class Browser {
  readonly model: Model;
  readonly #apps: App[];
  #cookie: string | undefined;
  #requests = 0;

  constructor(apps: App[], model: Model) {
    this.#apps = apps;
    this.model = model;
  }

  /** Of the session in its cookie. */
  get id(): string | undefined {
    return this.#cookie === undefined ? undefined : idOf(this.#cookie);
  }

  async use(tabs: Action[][]): Promise<void> {
    await Promise.all(tabs.map((actions, tab) => this.#useTab(actions, tab)));
  }

  async ask(action: Action, change: Change, server = 0): Promise<Answer> {
    const app = this.#apps[server % this.#apps.length]!;
    const asked = this.model.send(action, change, this.id);
    const response = await app.inject({
      url: `/${action}`,
      query: { ...change },
      cookies: this.#cookie === undefined ? {} : { [app.cookieName]: this.#cookie },
    });
    const set = response.cookies.find(({ name }) => name === app.cookieName);
    if (set !== undefined) this.#cookie = set.value || undefined; // an empty one clears it
    assert(response.statusCode < 500, `${action} failed: ${response.body}`);
    const answer = response.json<Answer>();
    this.model.answered(asked, response.statusCode, answer);
    return answer;
  }

  /** What an old cookie still gets, when all is over. */
  async comeBackWith(id: string): Promise<void> {
    const { loadedId, loaded } = await this.ask("read", { field: "none", value: "none" });
    if (this.model.isDead(id)) assert.notEqual(loadedId, id);
    const { last: _, ...others } = loaded;
    if (loadedId === id) assert.deepEqual(others, this.model.fieldsOf(id));
  }

  async #useTab(actions: Action[], tab: number): Promise<void> {
    let own = "seed";
    for (const action of actions) {
      const name = `tab ${tab}, request ${++this.#requests} (${action})`;
      const value = `value-${this.#requests}`;
      // A field of its own for each request; a delete takes what its tab wrote last.
      const field = action === "delete" ? own : (own = `field-${this.#requests}`);
      await as(name, () => this.ask(action, { field, value }, tab));
    }
  }
}

function idOf(cookie: string): string {
  return cookie.replace(/^s:/, "").split(".")[0]!;
}

function watch() {
  const dropped: SessionaryEvents["save-dropped"][] = [];
  const failed: SessionaryEvents["write-failed"][] = [];
  const ends = [
    onSessionaryEvent("save-dropped", (event) => dropped.push(event)),
    onSessionaryEvent("write-failed", (event) => failed.push(event)),
  ];
  return { dropped, failed, end: () => ends.forEach((end) => end()) };
}
