import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Failure } from "./serve.js";

function isFailure(answer: unknown): answer is Failure {
  return typeof answer === "object" && answer !== null && "failed" in answer;
}

/** A process of the benchmark, in TypeScript, that is asked one thing at a time. */
export class Child {
  readonly #process: ChildProcess;

  /** @param file from `bench/`, without `.ts`: `"contest/peer-process"`. */
  constructor(file: string, argument: object, nodeOptions: string[] = []) {
    this.#process = fork(new URL(`../${file}.ts`, import.meta.url), [JSON.stringify(argument)], {
      execArgv: ["--import", "tsx", ...nodeOptions],
    });
  }

  /** The next message of the child. @throws what it failed with, and when it ends without a message. */
  async next(): Promise<unknown> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const message = once(this.#process, "message", { signal });
    const exit = once(this.#process, "exit", { signal }).then(([code]) => {
      throw new Error(`a process of the benchmark ended with code ${String(code)}`);
    });
    try {
      const [answer] = (await Promise.race([message, exit])) as [unknown];
      if (isFailure(answer)) throw new Error(answer.failed);
      return answer;
    } finally {
      waiting.abort();
    }
  }

  async ask(message: object): Promise<unknown> {
    const answer = this.next();
    this.#process.send(message);
    return answer;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    if (this.#process.connected) this.#process.disconnect();
    await exited;
  }
}
