import { once } from "node:events";
import { createInterface } from "node:readline";
import { createStore, type UserSessionStore } from "sessionary";
import type { RedisServer } from "../../support/redis-server.js";
import { userIdOf } from "../../users/stores.js";
import type { Order } from "../children/user-operations.js";
import { startChild } from "./child.js";
import { CommandGate } from "./command-gate.js";
import { minuteLater } from "./user-audit.js";
import {
  MAX_PER_USER,
  type Names,
  type OperationName,
  type OptionsName,
  USER_OPERATIONS,
  USER_OPTIONS,
  type UserOperation,
  namesOf,
  sessionOf,
} from "./user-operations.js";

type Step = (store: UserSessionStore, names: Names, operation: UserOperation) => Promise<unknown>;

/** What another server may do between two steps of an operation. */
export const MEANWHILE = {
  "ann's sessions are ended": (store, { ann }) => store.destroyByUser(ann),
  "ann signs in twice elsewhere": async (store, { ann, session }) => {
    for (const id of [`elsewhere-${session}`, `elsewhere-2-${session}`]) {
      await store.create(id, sessionOf(id, ann));
    }
  },
  "the session becomes ann's": (store, { ann, session }) => store.update(session, sessionOf(session, ann)),
  "a second request does the same": (store, names, operation) => operation.run(store, names),
} satisfies Record<string, Step>;
export type MeanwhileName = keyof typeof MEANWHILE;

/** An operation, and after how many of its commands its process is killed. */
export interface Plan {
  operation: OperationName;
  options: OptionsName;
  commands: number;
  /** Then this is done, and so many more go through before the process is killed. */
  meanwhile?: { what: MeanwhileName; more: number };
}

export interface Trial extends Plan {
  number: number;
  names: Names;
  lateBy?: "a minute";
}

/** Does operations in a process that is killed in the midst of all of them. */
export class UserTrials {
  readonly #server: RedisServer;
  readonly #stores = new Map<OptionsName, UserSessionStore>();
  #count = 0;

  constructor(server: RedisServer) {
    this.#server = server;
  }

  /** Another server's store. */
  store(options: OptionsName): UserSessionStore {
    let store = this.#stores.get(options);
    if (store === undefined) {
      store = createStore({
        url: this.#server.url,
        userIdOf,
        timeoutMs: 10_000,
        ...USER_OPTIONS[options],
      });
      this.#stores.set(options, store);
    }
    return store;
  }

  async close(): Promise<void> {
    for (const store of this.#stores.values()) await store.close();
  }

  /** How many commands an operation takes that nothing comes between. */
  async commandsOf(operation: OperationName, options: OptionsName): Promise<number> {
    const trial = await this.prepare({ operation, options, commands: Infinity });
    const gate = await CommandGate.start(this.#server.port);
    const store = createStore({ url: gate.url, userIdOf, timeoutMs: 10_000, ...USER_OPTIONS[options] });
    await USER_OPERATIONS[operation].run(store, trial.names);
    await store.close();
    await gate.close();
    return gate.passed.length;
  }

  /**
   * Has one process do all of them at once, and kills it.
   * @param lateBy how long it is frozen before the others do what they do meanwhile
   */
  async run(plans: Plan[], lateBy?: "a minute"): Promise<Trial[]> {
    const trials = await Promise.all(plans.map((plan) => this.prepare(plan)));
    const gates = await Promise.all(
      trials.map(({ commands }) => CommandGate.start(this.#server.port, commands)),
    );
    const orders = trials.map(({ number, operation, options }, i): Order => ({
      number,
      operation,
      options,
      url: gates[i]!.url,
    }));
    const child = startChild("user-operations", JSON.stringify(orders));
    const exited = once(child, "exit");
    const doneWith = new Map<number, () => void>();
    const dones = trials.map(({ number }) => new Promise<void>((done) => doneWith.set(number, done)));
    createInterface(child.stdout!).on("line", (number) => doneWith.get(Number(number))?.());
    const allStopped = () => Promise.all(gates.map((gate, i) => Promise.race([gate.held(), dones[i]])));
    await allStopped();
    const steps = () => Promise.all(trials.map((trial) => this.#meanwhile(trial)));
    await (lateBy === undefined ? steps() : minuteLater(this.#server, steps));
    trials.forEach(({ meanwhile }, i) => gates[i]!.allow(meanwhile?.more ?? 0));
    await allStopped();
    child.kill("SIGKILL");
    await exited;
    await Promise.all(gates.map((gate) => gate.close()));
    return trials.map((trial) => ({ ...trial, ...(lateBy && { lateBy }) }));
  }

  /** Whatever comes of it. */
  async #meanwhile({ operation, options, names, meanwhile }: Trial): Promise<void> {
    if (meanwhile === undefined) return;
    const step: Step = MEANWHILE[meanwhile.what];
    await step(this.store(options), names, USER_OPERATIONS[operation]).catch(() => {});
  }

  /** What stands there before: as many others of ann's, and of bob's, as just leave no room below the cap. */
  async prepare(plan: Plan): Promise<Trial> {
    const number = this.#count++;
    const names = namesOf(number);
    const { session, ann, bob } = names;
    const store = this.store(plan.options);
    const create = (id: string, user?: string) => store.create(id, sessionOf(id, user));
    const { before }: UserOperation = USER_OPERATIONS[plan.operation];
    const most = plan.options === "a cap that ends the oldest" ? MAX_PER_USER : MAX_PER_USER - 1;
    const isAnns = before === "ann's" || before === "another writer's";
    for (let n = 0; n < (isAnns ? 1 : most); n++) await create(`anns-${n}-${number}`, ann);
    if (isAnns) for (let n = 0; n < most; n++) await create(`bobs-${n}-${number}`, bob);
    if (before === "nobody's") await create(session);
    if (before === "ann's") await create(session, ann);
    if (before === "another writer's") {
      const text = JSON.stringify({ id: session, user: ann });
      await this.#server.command("SET", `sess:${session}`, text, "PX", 3_600_000);
    }
    return { ...plan, number, names };
  }
}
