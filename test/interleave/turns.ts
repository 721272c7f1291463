import { AsyncLocalStorage } from "node:async_hooks";
import { promisify } from "node:util";
import type { Scheduler } from "fast-check";

/** How many turns of the event loop without a step of anybody say that everybody waits at a gate. */
const QUIET_LOOPS = 3;
/** Far more of them than anything but a lost callback takes. */
const HUNG_LOOPS = 20_000;

const nextLoop = promisify(setImmediate);
const names = new AsyncLocalStorage<string>();
let current: Turns | undefined;

/**
 * One interleaving: whoever comes to a gate waits there until the scheduler picks it, and goes on alone
 * until everybody waits at a gate again. So a seed decides the whole order of events.
 */
export class Turns {
  readonly #scheduler: Scheduler;
  /** Calls that are under way in the store itself, which may take real time. */
  #calls = 0;
  #steps = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Waits for its turn, under the name of the request that this is part of. */
  async gate(what: string): Promise<void> {
    this.#steps++;
    await this.#scheduler.schedule(Promise.resolve(), `${names.getStore() ?? "nobody"} ${what}`);
    this.#steps++;
  }

  /** A store call with a gate before it is sent and one before its answer arrives. */
  async call<T>(what: string, send: () => Promise<T>): Promise<T> {
    await this.gate(`sends ${what}`);
    this.#calls++;
    const [settled] = await Promise.allSettled([send()]);
    this.#calls--;
    await this.gate(`hears of ${what}`);
    if (settled.status === "rejected") throw settled.reason;
    return settled.value;
  }

  /** Lets requests run, one step at a time, until all are answered and nothing is left to do. */
  async run(requests: () => Promise<void>): Promise<void> {
    take(this);
    try {
      let answered = false;
      const all = requests().finally(() => (answered = true));
      all.catch(() => {}); // awaited below, when the others have come to their end as well
      for (let hung = 0; hung < HUNG_LOOPS; hung++) {
        await this.#quiet();
        if (this.#scheduler.count() > 0) {
          hung = 0;
          await this.#scheduler.waitNext(1);
        } else if (answered) return await all;
      }
      throw new Error("a request was never answered");
    } finally {
      take(undefined);
    }
  }

  async #quiet(): Promise<void> {
    let seen = this.#steps;
    for (let loops = 0; loops < QUIET_LOOPS; loops++) {
      await nextLoop();
      if (this.#calls === 0 && seen === this.#steps) continue;
      seen = this.#steps;
      loops = -1;
    }
  }
}

function take(turns: Turns | undefined): void {
  current = turns;
}

/** Runs a request under a name, for the log of a failed interleaving. */
export function as<T>(name: string, run: () => Promise<T>): Promise<T> {
  return names.run(name, run);
}

/** A handler's slow work: a turn while an interleaving runs, nothing otherwise. */
export async function pause(what = "works"): Promise<void> {
  await current?.gate(what);
}

/** A store call: in turns while an interleaving runs, straight through otherwise. */
export function call<T>(what: string, send: () => Promise<T>): Promise<T> {
  return current === undefined ? send() : current.call(what, send);
}
