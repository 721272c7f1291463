import { format } from "node:util";

/** Records what must not happen in any case, for the whole process. */
export class Guard {
  readonly #seen: string[] = [];

  constructor() {
    process.on("unhandledRejection", (reason) => this.#seen.push(`unhandled rejection: ${String(reason)}`));
    process.on("uncaughtException", (error) => this.#seen.push(`uncaught: ${String(error)}`));
    console.warn = () => {}; // the example apps say there that they answered 503
    // ioredis prints an error event that has no listener.
    console.error = (...args: unknown[]) => {
      const text = format(...args);
      if (text.includes("SessionaryWarning")) return; // Node.js prints warnings here
      this.#seen.push(`console.error: ${text.split("\n")[0]}`);
    };
  }

  /** Returns what was recorded since the last call. */
  take(): string[] {
    return this.#seen.splice(0);
  }
}
