import { ScriptsForbiddenError, hasCode } from "../errors.js";
import type { Arg, Call } from "./clients/driver.js";
import type { Connection } from "./connection.js";
import type { Script } from "./scripts.js";
import { spansSlots } from "./server-errors.js";

/** A command in two forms: plain commands for one session, and a script for many sessions. */
export interface BatchCommand {
  effect: "read" | "write";
  /** Sends plain commands, for a batch of one call, and if scripts are forbidden. */
  one: (call: Call, key: string, args: Arg[]) => Promise<unknown>;
  /**
   * Script. KEYS: the sessions. ARGV: the arguments of each session, one after the other. Returns one list with
   * `width` replies for each session.
   */
  many: Script;
  width: number;
  /**
   * True if `one` sends two commands. On a busy client or a cluster their replies arrive later than that of one
   * script.
   */
  isPair?: boolean;
  /** True if `one` must be sent only if scripts are forbidden. Not every server supports it. */
  needsScript?: boolean;
}

/** A call with its command. */
export interface BatchCall {
  command: BatchCommand;
  key: string;
  args: Arg[];
  endsAt: number;
  resolve: (replies: unknown) => void;
  reject: (error: unknown) => void;
}

/** Sends calls of the same command in one batch, and settles them. */
export class BatchSender {
  readonly #connection: Connection;
  /** Average number of characters of a reply in the last batch of a command, as an estimate for the next batch. */
  readonly #replyCharacters = new Map<BatchCommand, number>();
  #inFlight = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get isBusy(): boolean {
    return this.#inFlight > 0;
  }

  /** False if scripts are forbidden. Each call is then sent on its own. */
  get allowsScripts(): boolean {
    return this.#connection.scripts.isAvailable;
  }

  /** Returns the number of characters that a call will probably send and receive. */
  estimate({ command, args }: BatchCall): number {
    return charactersIn(args) + (this.#replyCharacters.get(command) ?? 0);
  }

  /**
   * Sends a batch, and calls `done` when all its calls are settled. Uses callbacks, since promises cause half of the
   * CPU time of a call.
   */
  send(calls: BatchCall[], done: () => void): void {
    const isPlain = calls.length === 1 && !this.#prefersScript(calls[0]!);
    const leave = () => {
      this.#inFlight--;
      done();
    };
    this.#inFlight++;
    if (isPlain) this.#sendPlain(calls[0]!, leave);
    else this.#sendScript(calls, leave);
  }

  #prefersScript({ command }: BatchCall): boolean {
    const isPairLate = this.isBusy || this.#connection.driver.isCluster;
    const isBetter = command.needsScript === true || (isPairLate && command.isPair === true);
    return isBetter && this.allowsScripts;
  }

  #sendPlain({ command, key, args, endsAt, resolve, reject }: BatchCall, done: () => void): void {
    const receive = (reply: unknown) => {
      if (command.width > 1) this.#replyCharacters.set(command, charactersIn(reply as unknown[]));
      resolve(reply);
      done();
    };
    const { setIfEqual } = this.#connection;
    const fail = (error: unknown) => {
      if (hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) setIfEqual.refuse();
      reject(error);
      done();
    };
    if (command.needsScript && !setIfEqual.isAvailable) return fail(new ScriptsForbiddenError());
    this.#connection
      .run(command.effect, (call) => command.one(call, key, args), endsAt)
      .then(attempt(receive, fail), fail);
  }

  #sendScript(calls: BatchCall[], done: () => void): void {
    const { command } = calls[0]!;
    const endsAt = Math.min(...calls.map((call) => call.endsAt));
    const { effect, many, width } = command;
    const keys = calls.map(({ key }) => key);
    const args = calls.flatMap((call) => call.args);
    const receive = (reply: unknown) => {
      const replies = reply as unknown[];
      this.#replyCharacters.set(command, charactersIn(replies) / calls.length);
      calls.forEach(({ resolve }, i) =>
        resolve(width === 1 ? replies[i] : replies.slice(i * width, (i + 1) * width)),
      );
      done();
    };
    const fail = (error: unknown) => {
      if (hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) {
        this.#connection.scripts.refuse();
        return sendEach(calls, (call, next) => this.#sendPlain(call, next), done);
      }
      if (calls.length > 1 && spansSlots(error)) {
        this.#connection.mixedSlots.refuse();
        return sendEach(calls, (call, next) => this.send([call], next), done);
      }
      for (const { reject } of calls) reject(error);
      done();
    };
    this.#connection
      .run(effect, (call) => many.run(call, keys, args), endsAt)
      .then(attempt(receive, fail), fail);
  }
}

/** Sends calls on different keys concurrently, and calls on the same key one after the other. */
function sendEach(
  calls: BatchCall[],
  send: (call: BatchCall, next: () => void) => void,
  done: () => void,
): void {
  const byKey = new Map<string, BatchCall[]>();
  for (const call of calls) byKey.set(call.key, [...(byKey.get(call.key) ?? []), call]);
  let unfinished = byKey.size;
  for (const queue of byKey.values()) {
    const sendNext = () => {
      const call = queue.shift();
      if (call !== undefined) send(call, sendNext);
      else if (--unfinished === 0) done();
    };
    sendNext();
  }
}

/**
 * Returns a callback that calls `receive`. If `receive` throws, because the reply has an unknown shape, it calls
 * `fail`.
 */
function attempt(
  receive: (reply: unknown) => void,
  fail: (error: unknown) => void,
): (reply: unknown) => void {
  return (reply) => {
    try {
      receive(reply);
    } catch (error) {
      fail(error);
    }
  };
}

function charactersIn(values: unknown[]): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);
}
