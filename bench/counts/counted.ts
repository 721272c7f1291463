import { createHook } from "node:async_hooks";
import type { Redis } from "ioredis";

/** What something costs in numbers that are the same on every machine, however busy. */
export interface Counts {
  /** What Redis ran, by name; what ran inside of a script too. */
  commands: Record<string, number>;
  /** What Redis was sent, and what it answered. */
  inputBytes: number;
  outputBytes: number;
  /** How often the client wrote to its socket. */
  writes: number;
  /** Promises and timers that were made. */
  promises: number;
  timers: number;
}

/** By the names that node:async_hooks has for them. */
const RESOURCES: Record<string, "promises" | "timers"> = { PROMISE: "promises", Timeout: "timers" };

const TIMES = 5;

/** Counts pieces of work in a process that does nothing else meanwhile. */
export class Counter {
  readonly #admin: Redis;
  readonly #client: Redis;

  /** @param admin looks at the server; `client` is what the work goes through. */
  constructor(admin: Redis, client: Redis) {
    this.#admin = admin;
    this.#client = client;
  }

  async count(work: () => Promise<unknown>): Promise<Counts> {
    const nothing = await this.#least(async () => {});
    const something = await this.#least(work);
    const commands = Object.entries(something.commands).filter(([name]) => !(name in nothing.commands));
    return {
      commands: Object.fromEntries(commands.sort()),
      inputBytes: something.inputBytes - nothing.inputBytes,
      outputBytes: something.outputBytes - nothing.outputBytes,
      writes: something.writes,
      promises: something.promises - nothing.promises,
      timers: something.timers - nothing.timers,
    };
  }

  /** What it takes at least: Node itself makes promises at times, a module's that is loaded late for one. */
  async #least(work: () => Promise<unknown>): Promise<Counts> {
    const least = await this.#run(work);
    for (let time = 1; time < TIMES; time++) {
      const { promises, timers } = await this.#run(work);
      least.promises = Math.min(least.promises, promises);
      least.timers = Math.min(least.timers, timers);
    }
    return least;
  }

  async #run(work: () => Promise<unknown>): Promise<Counts> {
    const made = { promises: 0, timers: 0 };
    const hook = createHook({
      init(_id, type) {
        const kind = RESOURCES[type];
        if (kind !== undefined) made[kind]++;
      },
    });
    await this.#admin.config("RESETSTAT");
    const writes = this.#countWrites();
    hook.enable();
    await work();
    hook.disable();
    return { ...(await this.#served()), writes: writes(), ...made };
  }

  async #served(): Promise<Pick<Counts, "commands" | "inputBytes" | "outputBytes">> {
    const info = await this.#admin.info("all");
    const number = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)![1]);
    const commands: Record<string, number> = {};
    for (const [, name, calls] of info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm))
      commands[name!] = Number(calls);
    return {
      commands,
      inputBytes: number("total_net_input_bytes"),
      outputBytes: number("total_net_output_bytes"),
    };
  }

  /** @returns a function that ends the counting and says how many there were. */
  #countWrites(): () => number {
    const { stream } = this.#client;
    const write = stream._write.bind(stream);
    const writeMany = stream._writev!.bind(stream);
    let writes = 0;
    stream._write = (...args) => (writes++, write(...args));
    stream._writev = (...args) => (writes++, writeMany(...args));
    return () => {
      Object.assign(stream, { _write: write, _writev: writeMany });
      return writes;
    };
  }
}
