import { hasCode } from "../errors.js";
import type { RedisClient } from "./client.js";
import type { Connection } from "./connection.js";
import { READ_MANY } from "./scripts.js";
import { replyPrefix } from "./server-errors.js";

/** What stands under a key: the payload (`WRONG_TYPE` when it is no string) and its lifetime in ms. */
export type Stored = [text: string | typeof WRONG_TYPE | null, lifetimeMs: number];
export const WRONG_TYPE = 1;

interface Call {
  key: string;
  resolve: (stored: Stored) => void;
  reject: (error: unknown) => void;
}

/** More keys than this in one script would keep Redis from its other clients for long. */
const MAX_BATCH = 128;

/**
 * Reads sessions. Reads asked for in one tick go to Redis together: one reply costs the client far less
 * than one for each. A read that comes alone goes as plain commands, which are faster for one.
 */
export class Reader {
  readonly #connection: Connection;
  #calls: Call[] = [];
  #scripts = true;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  read(key: string): Promise<Stored> {
    return new Promise((resolve, reject) => {
      if (this.#calls.length === 0) process.nextTick(() => this.#flush());
      this.#calls.push({ key, resolve, reject });
    });
  }

  #flush(): void {
    const calls = this.#calls;
    this.#calls = [];
    const isCluster = this.#connection.client.isCluster;
    // On a cluster one script takes keys of one slot only.
    const size = isCluster ? 1 : MAX_BATCH;
    for (let start = 0; start < calls.length; start += size) {
      void this.#send(calls.slice(start, start + size));
    }
  }

  async #send(calls: Call[]): Promise<void> {
    try {
      const replies = await this.#readAll(calls.map(({ key }) => key));
      calls.forEach((call, i) => call.resolve(replies[i] as Stored));
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  async #readAll(keys: string[]): Promise<Stored[]> {
    if (keys.length > 1 && this.#scripts) {
      try {
        const flat = (await this.#connection.run("read", (client) =>
          READ_MANY.run(client, keys),
        )) as Stored[number][];
        return keys.map((_, i) => [flat[2 * i], flat[2 * i + 1]] as Stored);
      } catch (error) {
        if (!hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) throw error;
        this.#scripts = false;
      }
    }
    return this.#connection.run("read", (client) => Promise.all(keys.map((key) => readOne(client, key))));
  }
}

async function readOne(client: RedisClient, key: string): Promise<Stored> {
  const [text, lifetimeMs] = await Promise.all([client.get(key).catch(wrongType), client.pttl(key)]);
  return [text, lifetimeMs];
}

function wrongType(error: unknown): typeof WRONG_TYPE {
  if (replyPrefix(error) === "WRONGTYPE") return WRONG_TYPE;
  throw error;
}
