import assert from "node:assert/strict";
import type { Scheduler } from "fast-check";
import { type SessionaryEvents, type UserSessionStore, onSessionaryEvent } from "sessionary";
import { vi } from "vitest";
import { LONG_MS, type Plan, type Setup } from "./actions.js";
import type { App } from "./app.js";
import { Browser } from "./browser.js";
import { GatedStore } from "./gated-store.js";
import { KINDS, type KindName } from "./kinds.js";
import { Model } from "./model.js";
import { Turns } from "./turns.js";

/** Stores of the same sessions, one for each server. */
export interface Stores {
  /** Without and with `userIdOf`. */
  plain: UserSessionStore[];
  users: UserSessionStore[];
  /** Lets time pass for stores that do not follow `Date.now()`. */
  pass: (ms: number) => Promise<void>;
}

/** Servers of one kind, made once for each setup. */
export class Site {
  readonly #kind: (typeof KINDS)[KindName];
  readonly #stores: Stores;
  readonly #apps = new Map<string, App[]>();
  #model!: Model;

  constructor(kind: KindName, stores: Stores) {
    this.#kind = KINDS[kind];
    this.#stores = stores;
  }

  /** Plays one interleaving, and checks all that must hold. */
  async play(plan: Plan, scheduler: Scheduler): Promise<void> {
    const { tabs, servers, hasUsers, tickMs, ...setup } = plan;
    let now = Date.now();
    const model = new Model(this.#kind.layer, setup, () => now);
    this.#model = model;
    const apps = (await this.#servers(setup, hasUsers)).slice(0, servers);
    const browser = new Browser(apps, model);
    const otherDevice = new Browser(apps, model);
    const clock = vi.spyOn(Date, "now").mockImplementation(() => (now += tickMs));
    const events = watch();
    const turns = new Turns(scheduler, async () => {
      now += LONG_MS;
      await this.#stores.pass(LONG_MS);
    });
    const [store] = hasUsers ? this.#stores.users : this.#stores.plain;
    try {
      await browser.signIn();
      await otherDevice.signIn();
      await turns.run(() => browser.use(tabs));
      await model.check(store!);
      await browser.comeBack();
      await otherDevice.comeBack();
      events.check(model.gone);
    } finally {
      clock.mockRestore();
      events.end();
      await store!.clear();
    }
  }

  async #servers(setup: Setup, hasUsers: boolean): Promise<App[]> {
    const key = JSON.stringify([setup, hasUsers]);
    let apps = this.#apps.get(key);
    if (apps === undefined) {
      const getModel = () => this.#model;
      const stores = (hasUsers ? this.#stores.users : this.#stores.plain).map(
        (store) => new GatedStore(store, hasUsers, getModel),
      );
      apps = await Promise.all(
        stores.map((store) =>
          this.#kind.serve(
            {
              store,
              get model() {
                return getModel();
              },
            },
            setup,
          ),
        ),
      );
      this.#apps.set(key, apps);
    }
    return apps;
  }
}

function watch() {
  const dropped: SessionaryEvents["save-dropped"][] = [];
  const failed: SessionaryEvents["write-failed"][] = [];
  const ends = [
    onSessionaryEvent("save-dropped", (event) => dropped.push(event)),
    onSessionaryEvent("write-failed", (event) => failed.push(event)),
  ];
  return {
    /** Checks that each write which found no session was reported as dropped, without a word of whose it was. */
    check: (gone: Model["gone"]) => {
      assert.deepEqual(failed, [], "a write failed");
      for (const operation of ["save", "touch"] as const) {
        const reported = dropped.filter((event) => event.operation === operation).length;
        assert(reported >= gone[operation], `a ${operation} of a session that is gone was not reported`);
      }
      for (const event of dropped) assert.deepEqual(Object.keys(event), ["operation"]);
    },
    end: () => ends.forEach((end) => end()),
  };
}
