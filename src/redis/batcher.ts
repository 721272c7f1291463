import { hasCode } from "../errors.js";
import type { Arg, Call } from "./clients/driver.js";
import type { Connection } from "./connection.js";
import type { Script } from "./scripts.js";

/** A command on one session, and the same on many. */
export interface Batched {
  effect: "read" | "write";
  /** As plain commands: for a call that comes alone, and where scripts are forbidden. */
  one: (call: Call, key: string, args: Arg[]) => Promise<unknown>;
  /** KEYS: the sessions. ARGV: the arguments of each in turn. Gives `width` replies for each in one list. */
  many: Script;
  width: number;
  /**
   * How many commands `one` is. Redis answers two plain ones sooner than a script; but a client that is busy, or
   * that would send them to a cluster's node in two packets, is better off with one reply.
   */
  plainCommands: 1 | 2;
}

interface Pending {
  key: string;
  args: Arg[];
  /** Only calls that end together go together: none is cut short by another, nor sent when it is over. */
  endsAt: number;
  resolve: (replies: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * A script keeps Redis from its other clients while it runs: no more keys, and no more text either way, than
 * this. Several scripts at once are also faster than one: Redis runs the next while the client takes in what one
 * gave.
 */
const MAX_KEYS = 32;
const MAX_CHARACTERS = 32_768;

/**
 * Sends what is asked for in one turn of the event loop together, by all the requests that came in with it: one
 * command and one reply cost the client far less than one for each. The first of a time sets out at once.
 */
export class Batcher {
  readonly #connection: Connection;
  readonly #command: Batched;
  #calls: Pending[] = [];
  /** That each call gave, on average, in the replies that came last: the next ones will give about as much. */
  #charactersGiven = 0;
  #underWay = 0;
  #scripts = true;

  constructor(connection: Connection, command: Batched) {
    this.#connection = connection;
    this.#command = command;
  }

  /** @returns the reply, or an array of `width` replies when there are more than one for each key. */
  run(key: string, args: Arg[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // While nothing is under way there is nothing to wait for but what is asked for in this tick.
      const flush = () => this.#flush();
      if (this.#calls.length === 0)
        void (this.#underWay === 0 ? process.nextTick(flush) : setImmediate(flush));
      // Asked for here: the flush belongs to whoever came first.
      this.#calls.push({ key, args, endsAt: this.#connection.endsAt, resolve, reject });
    });
  }

  #flush(): void {
    const calls = this.#calls;
    this.#calls = [];
    // On a cluster one script takes keys of one slot only.
    const max = this.#scripts && !this.#connection.driver.isCluster ? MAX_KEYS : 1;
    for (let start = 0; start < calls.length;) {
      let end = start;
      let characters = 0;
      do {
        characters += charactersIn(calls[end]!.args) + this.#charactersGiven;
        end++;
      } while (
        calls[end]?.endsAt === calls[start]!.endsAt &&
        end - start < max &&
        characters < MAX_CHARACTERS
      );
      void this.#send(calls.slice(start, end));
      start = end;
    }
  }

  async #send(calls: Pending[]): Promise<void> {
    const { effect, one, many, width } = this.#command;
    const { endsAt } = calls[0]!;
    const isPlain = calls.length === 1 && !this.#prefersScript();
    this.#underWay++;
    try {
      if (isPlain) {
        const [{ key, args, resolve }] = calls as [Pending];
        const reply = await this.#connection.run(effect, (call) => one(call, key, args), endsAt);
        if (width > 1) this.#charactersGiven = charactersIn(reply as unknown[]);
        return resolve(reply);
      }
      const keys = calls.map(({ key }) => key);
      const args = calls.flatMap((call) => call.args);
      const send = (call: Call) => many.run(call, keys, args);
      const replies = (await this.#connection.run(effect, send, endsAt)) as unknown[];
      this.#charactersGiven = charactersIn(replies) / calls.length;
      calls.forEach(({ resolve }, i) =>
        resolve(width === 1 ? replies[i] : replies.slice(i * width, (i + 1) * width)),
      );
    } catch (error) {
      if (!isPlain && hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) {
        this.#scripts = false;
        for (const call of calls) void this.#send([call]);
      } else for (const { reject } of calls) reject(error);
    } finally {
      this.#underWay--;
    }
  }

  /** For a call that comes alone in its turn. */
  #prefersScript(): boolean {
    const isBusy = this.#underWay > 0 || this.#connection.driver.isCluster;
    return this.#scripts && isBusy && this.#command.plainCommands > 1;
  }
}

function charactersIn(values: unknown[]): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);
}
