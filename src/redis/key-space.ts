import { StoreUnavailableError, partiallyApplied } from "../errors.js";
import type { MasterNode } from "./clients/driver.js";
import type { Connection } from "./connection.js";

/**
 * Keys to a page: a request that comes meanwhile waits for one. With 500 it took ten times as long, and a walk a
 * third of the time (`npm run bench -- --case million`).
 */
const SCAN_COUNT = 20;

/** Number of times that a walk starts again. */
const MAX_RESTARTS = 3;
/** Number of names that a walk remembers. */
const RECENT_NAMES = 10_000;

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

  /**
   * Yields names, a bounded page at a time, from every master. The walk of a node starts again if its connection is
   * lost: the next one may be to another server, to which a position means nothing.
   * @param onRestart called with the number of that node's names that were yielded in vain
   * @throws StoreUnavailableError if connections are lost again and again.
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

function connectionLost(): StoreUnavailableError {
  return new StoreUnavailableError(
    "not-applied",
    "connection",
    "the connection was lost while Redis listed its keys",
  );
}

/**
 * Returns a filter for names that were not seen a short while ago. When Redis shrinks its table of keys, it returns the
 * keys of the place that the walk has reached a second time.
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

/** A prefix stands for itself in a SCAN pattern, whatever it holds. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
