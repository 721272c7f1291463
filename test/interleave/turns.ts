import { AsyncLocalStorage } from "node:async_hooks";
import { promisify } from "node:util";
import type { Scheduler } from "fast-check";

/** Number of turns of the event loop without a step that mean that all requests wait at a gate. */
const QUIET_LOOPS = 3;
/** Far more of them than anything takes except a lost callback. */
const HUNG_LOOPS = 20_000;

const nextLoop = promisify(setImmediate);

/** A request, by the name that the log of a failed interleaving shows. */
interface Runner {
  readonly name: string;
}

const runners = new AsyncLocalStorage<Runner>();
let current: Turns | undefined;

/**
 * One interleaving: a request that comes to a gate waits there until the scheduler picks it, and then runs alone until
 * all requests wait at a gate again. So a seed decides the whole order of events.
 */
export class Turns {
  readonly #scheduler: Scheduler;
  readonly #pass: () => Promise<void>;
  /** Calls that a store is running, which may take real time. */
  #running = 0;
  /** Calls that were begun and whose answer has not arrived. */
  #underWay = 0;
  #steps = 0;
  /** The last call of each request on each session, until it is sent. */
  readonly #lastSent = new Map<string, Promise<void>>();

  /** @param pass lets the time of a long step pass. */
  constructor(scheduler: Scheduler, pass: () => Promise<void>) {
    this.#scheduler = scheduler;
    this.#pass = pass;
  }

  /** Waits for the next turn of this request. */
  async gate(what: string): Promise<void> {
    this.#steps++;
    await this.#scheduler.schedule(Promise.resolve(), `${runner()?.name ?? "nobody"} ${what}`);
    this.#steps++;
  }

  /** Works for long. No call of a store is under way when the time passes: none takes longer than its deadline. */
  async workForLong(): Promise<void> {
    do await this.gate("works for long");
    while (this.#underWay > 0);
    await this.#run(this.#pass);
  }

  /**
   * Calls a store, with a gate before the call is sent and one before its answer arrives. Calls of one request on one
   * session are sent in the order in which the request makes them.
   */
  async call<T>(what: string, id: string, send: () => Promise<T>): Promise<T> {
    this.#underWay++;
    const key = `${runner()?.name} ${id}`;
    const earlier = this.#lastSent.get(key);
    let markSent!: () => void;
    this.#lastSent.set(key, new Promise((resolve) => (markSent = resolve)));
    try {
      if (earlier !== undefined) await earlier;
      await this.gate(`sends ${what}`);
      const answer = this.#run(() => Promise.allSettled([send()]));
      markSent();
      const [settled] = await answer;
      await this.gate(`hears of ${what}`);
      if (settled.status === "rejected") throw settled.reason;
      return settled.value;
    } finally {
      this.#underWay--;
    }
  }

  /** Lets requests run, one step at a time, until all are answered and nothing is left to do. */
  async run(requests: () => Promise<void>): Promise<void> {
    setCurrent(this);
    try {
      let answered = false;
      const all = requests().finally(() => (answered = true));
      all.catch(() => {}); // awaited below, once the others are done as well
      for (let hung = 0; hung < HUNG_LOOPS; hung++) {
        await this.#quiet();
        if (this.#scheduler.count() > 0) {
          hung = 0;
          await this.#scheduler.waitNext(1);
        } else if (answered) return await all;
      }
      throw new Error("a request was never answered");
    } finally {
      setCurrent(undefined);
    }
  }

  async #run<R>(task: () => Promise<R>): Promise<R> {
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
    }
  }

  async #quiet(): Promise<void> {
    let seen = this.#steps;
    for (let loops = 0; loops < QUIET_LOOPS; loops++) {
      await nextLoop();
      if (this.#running === 0 && seen === this.#steps) continue;
      seen = this.#steps;
      loops = -1;
    }
  }
}

function setCurrent(turns: Turns | undefined): void {
  current = turns;
}

/** Runs something as a request. */
export function as<T>(who: Runner, run: () => Promise<T>): Promise<T> {
  return runners.run(who, run);
}

/** Returns the request that is running. */
export function runner(): Runner | undefined {
  return runners.getStore();
}

/** A handler's slow work: a turn while an interleaving runs, nothing otherwise. */
export async function pause({ isLong }: { isLong: boolean }): Promise<void> {
  await (isLong ? current?.workForLong() : current?.gate("works"));
}

/** The pause between two attempts of a save: a turn as well, so that a seed gives the same order again. */
export async function pauseBeforeRetry(): Promise<void> {
  await current?.gate("waits before it tries again");
}

/** Calls a store: in turns while an interleaving runs, at once otherwise. */
export function call<T>(what: string, id: string, send: () => Promise<T>): Promise<T> {
  return current === undefined ? send() : current.call(what, id, send);
}
