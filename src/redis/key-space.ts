import { partiallyApplied } from "../errors.js";
import type { Connection } from "./connection.js";

/**
 * Keys to a page: a request that comes meanwhile waits for one. With 500 it took ten times as long, and a walk a
 * third of the time (`npm run bench -- --case million`).
 */
const SCAN_COUNT = 20;

/** A set of keys, each with a name. */
export interface KeyPattern {
  prefix: string;
  suffix?: string;
  /** True if the keys of this set include one with this name. */
  includes: (name: string) => boolean;
}

/** Keys of a store, and a way to walk them that neither blocks Redis nor holds them all. */
export class KeySpace {
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #suffix: string;
  readonly #includes: (name: string) => boolean;

  constructor(connection: Connection, { prefix, suffix = "", includes }: KeyPattern) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#suffix = suffix;
    this.#includes = includes;
  }

  key(name: string): string {
    return this.#prefix + name + this.#suffix;
  }

  /** Yields names, a bounded page at a time, from every master. Redis may return one twice while keys move. */
  async *pages(): AsyncGenerator<string[]> {
    const prefix = this.#connection.driver.keyPrefix + this.#prefix;
    const pattern = `${escapeGlob(prefix)}*${escapeGlob(this.#suffix)}`;
    for (const node of await this.#connection.run("read", (call) => call.masters())) {
      let cursor = "0";
      do {
        const [next, keys] = await this.#connection.run("read", (call) =>
          call.scan(node, cursor, pattern, SCAN_COUNT),
        );
        cursor = next;
        const names = keys.map((key) => key.slice(prefix.length, key.length - this.#suffix.length));
        const included = names.filter(this.#includes);
        if (included.length > 0) yield included;
      } while (cursor !== "0");
    }
  }

  /**
   * Removes all keys. Redis frees their memory in the background.
   * @throws StoreUnavailableError, with an unknown outcome if some have been removed.
   */
  async clear(): Promise<void> {
    let removed = false;
    try {
      for await (const page of this.pages()) {
        await this.unlink(page);
        removed = true;
      }
    } catch (error) {
      throw removed ? partiallyApplied(error) : error;
    }
  }

  /** Removes a page of keys. */
  async unlink(names: string[]): Promise<void> {
    const keys = names.map((name) => this.key(name));
    if (!this.#connection.driver.isCluster) {
      await this.#connection.run("write", (call) => call.send(["unlink"], keys));
      return;
    }
    // On a cluster one command takes keys of one slot only.
    const results = await Promise.allSettled(
      keys.map((key) => this.#connection.run("write", (call) => call.send(["unlink"], [key]))),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed === undefined) return;
    throw results.some(({ status }) => status === "fulfilled")
      ? partiallyApplied(failed.reason)
      : failed.reason;
  }
}

/** A prefix stands for itself in a SCAN pattern, whatever it holds. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
