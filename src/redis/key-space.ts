import type { Redis } from "ioredis";
import { isSessionId } from "../session-id.js";
import type { RedisClient } from "./client.js";
import type { Connection } from "./connection.js";

const SCAN_COUNT = 500;

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
    // ioredis adds the client's keyPrefix to keys, but neither to a SCAN pattern nor to what SCAN gives.
    const prefix = (this.#connection.client.options.keyPrefix ?? "") + this.#prefix;
    const pattern = `${escapeGlob(prefix)}*`;
    for (const node of await this.#connection.run("read", masters)) {
      let cursor = "0";
      do {
        const [next, keys] = await this.#connection.run("read", () =>
          node.scan(cursor, "MATCH", pattern, "COUNT", SCAN_COUNT),
        );
        cursor = next;
        const ids = keys.map((key) => key.slice(prefix.length)).filter(isSessionId);
        if (ids.length > 0) yield ids;
      } while (cursor !== "0");
    }
  }

  /** Removes a page of sessions, without making Redis free their memory at once. */
  async unlink(ids: string[]): Promise<void> {
    const keys = ids.map((id) => this.key(id));
    await this.#connection.run<unknown>("write", (client) =>
      // On a cluster one command takes keys of one slot only.
      client.isCluster ? Promise.all(keys.map((key) => client.unlink(key))) : client.unlink(keys),
    );
  }
}

async function masters(client: RedisClient): Promise<Redis[]> {
  return "nodes" in client ? client.nodes("master") : [client];
}

/** A prefix stands for itself in a SCAN pattern, whatever it holds. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
