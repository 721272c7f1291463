import { StoreUnavailableError } from "../errors.js";
import { isSessionId } from "../session-id.js";
import type { Connection } from "./connection.js";

/**
 * Keys to a page: a request that comes meanwhile waits for one. With 500 it took ten times as long, and a walk a
 * third of the time (`npm run bench -- --case million`).
 */
const SCAN_COUNT = 20;

/** Which keys are this store's, and how to walk them without stopping Redis or holding them all. */
export class KeySpace {
  readonly #connection: Connection;
  readonly #prefix: string;

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  key(id: string): string {
    return this.#prefix + id;
  }

  /** Ids, a bounded page at a time, from every master. Redis may give one twice while keys move. */
  async *pages(): AsyncGenerator<string[]> {
    const prefix = this.#connection.driver.keyPrefix + this.#prefix;
    const pattern = `${escapeGlob(prefix)}*`;
    for (const node of await this.#connection.run("read", (call) => call.masters())) {
      let cursor = "0";
      do {
        const [next, keys] = await this.#connection.run("read", (call) =>
          call.scan(node, cursor, pattern, SCAN_COUNT),
        );
        cursor = next;
        const ids = keys.map((key) => key.slice(prefix.length)).filter(isSessionId);
        if (ids.length > 0) yield ids;
      } while (cursor !== "0");
    }
  }

  /**
   * Removes them all, without making Redis free their memory at once.
   * @throws StoreUnavailableError, of an unknown outcome once some have been removed.
   */
  async clear(): Promise<void> {
    let removed = false;
    try {
      for await (const page of this.pages()) {
        await this.unlink(page);
        removed = true;
      }
    } catch (error) {
      throw removed ? partly(error) : error;
    }
  }

  /** Removes a page of sessions. */
  async unlink(ids: string[]): Promise<void> {
    const keys = ids.map((id) => this.key(id));
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
    throw results.some(({ status }) => status === "fulfilled") ? partly(failed.reason) : failed.reason;
  }
}

/** The same error, when a part of what was asked for has been done. */
function partly(error: unknown): unknown {
  return error instanceof StoreUnavailableError
    ? new StoreUnavailableError("unknown", error.reason, "only a part was removed")
    : error;
}

/** A prefix stands for itself in a SCAN pattern, whatever it holds. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
