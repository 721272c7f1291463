import { StoreUnavailableError, partiallyApplied } from "../errors.js";
import type { MasterNode } from "./clients/driver.js";
import type { Connection } from "./connection.js";
import { spansSlots } from "./server-errors.js";

/**
 * Number of keys in a page. A request may have to wait for one page. With 500 keys it waited ten times as long, and
 * an iteration took a third of the time (`npm run bench -- --case million`).
 */
const SCAN_COUNT = 20;

/** Maximum number of times that an iteration starts again. */
const MAX_RESTARTS = 3;
/** Number of names that an iteration remembers. */
const RECENT_NAMES = 10_000;

/** Set of keys: prefix, name and suffix. */
export interface KeyPattern {
  prefix: string;
  suffix?: string;
  /** Returns true if the set includes a key with this name. */
  includes: (name: string) => boolean;
}

/** Keys of a store. Iterates over them in pages, so that it neither blocks Redis nor reads all keys into memory. */
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

  /**
   * Yields the names from every master, in pages of bounded size. If the connection to a node is lost, the iteration
   * of that node starts again: the next connection may lead to another server, for which the cursor is not valid.
   * @param onRestart Called with the number of names of that node that were yielded and will be yielded again.
   * @throws StoreUnavailableError if connections are lost repeatedly.
   */
  async *pages(onRestart: (yielded: number) => void = () => {}): AsyncGenerator<string[]> {
    let restarts = 0;
    for (const node of await this.#connection.run("read", (call) => call.masters())) {
      let cursor: string | undefined;
      let disconnects = 0;
      let yielded = 0;
      let isNew = newNames();
      while (cursor !== "0") {
        const [next, keys] = await this.#scan(node, cursor);
        if (cursor === undefined) ({ disconnects } = this.#connection);
        else if (disconnects !== this.#connection.disconnects) {
          if (++restarts > MAX_RESTARTS) throw connectionLost();
          onRestart(yielded);
          yielded = 0;
          isNew = newNames();
          cursor = undefined;
          continue;
        }
        cursor = next;
        const page = this.#namesIn(keys).filter(isNew);
        yielded += page.length;
        if (page.length > 0) yield page;
      }
    }
  }

  #scan(node: MasterNode, cursor = "0"): Promise<[string, string[]]> {
    const pattern = `${escapeGlob(this.#fullPrefix)}*${escapeGlob(this.#suffix)}`;
    return this.#connection.run("read", (call) => call.scan(node, cursor, pattern, SCAN_COUNT));
  }

  #namesIn(keys: string[]): string[] {
    const { length } = this.#fullPrefix;
    return keys.map((key) => key.slice(length, key.length - this.#suffix.length)).filter(this.#includes);
  }

  get #fullPrefix(): string {
    return this.#connection.driver.keyPrefix + this.#prefix;
  }

  /**
   * Removes all keys. Redis frees their memory in the background.
   * @throws StoreUnavailableError, with the outcome `"unknown"` if some keys have been removed.
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
    if (this.#connection.allowsMixedSlots) {
      try {
        return void (await this.#connection.run("write", (call) => call.send(["unlink"], keys)));
      } catch (error) {
        if (!spansSlots(error)) throw error;
        this.#connection.mixedSlots.refuse();
      }
    }
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

function connectionLost(): StoreUnavailableError {
  return new StoreUnavailableError(
    "not-applied",
    "connection",
    "the connection was lost while Redis listed its keys",
  );
}

/**
 * Returns a filter that rejects names that it has seen recently. SCAN may return keys a second time when Redis
 * shrinks its hash table.
 */
function newNames(): (name: string) => boolean {
  const recent = new Set<string>();
  return (name) => {
    if (recent.has(name)) return false;
    recent.add(name);
    if (recent.size > RECENT_NAMES) recent.delete(recent.values().next().value!);
    return true;
  };
}

/** Escapes a text for a SCAN pattern, so that each character stands for itself. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
