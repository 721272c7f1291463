import { atLoopTime } from "../internal/loop-clock.js";
import { type BatchCall, type BatchCommand, BatchSender } from "./batch-sender.js";
import type { Arg } from "./clients/driver.js";
import type { Connection } from "./connection.js";

interface QueuedCall extends BatchCall {
  /** Ends a call that waits for an earlier one of its key. */
  cancelTimer?: () => void;
}

/** Calls of one command that leave together, with deadlines that are nearly the same. */
interface Batch {
  calls: QueuedCall[];
  characters: number;
}

/** The calls on one key that have left and are not settled. */
interface ActiveKey {
  /** The batch of the latest one. */
  batch: Batch;
  calls: number;
}

/**
 * Limits of a batch: a script blocks Redis while it runs. Several scripts at once are also faster than one, since
 * Redis runs the next while the client reads a reply.
 */
const MAX_KEYS = 32;
const MAX_CHARACTERS = 32_768;
/** Largest difference between the deadlines of a batch, as a part of the store's timeout. The earliest one holds. */
const MAX_DEADLINE_SPREAD = 0.02;

/**
 * Sends the calls of one turn of the event loop in batches: one command and one reply cost the client far less than
 * one for each call. A call leaves at the end of its tick if no other is in flight.
 *
 * Calls on one key take effect in the order in which they were made, also when one has to be sent twice: a call leaves
 * when those before it are settled, unless it joins their batch or all of them only read.
 */
export class CommandQueue {
  readonly #connection: Connection;
  readonly #sender: BatchSender;
  readonly #active = new Map<string, ActiveKey>();
  #calls: QueuedCall[] = [];
  #isScheduled = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sender = new BatchSender(connection);
  }

  /** Resolves to the reply, or to an array of `width` replies if the command has more than one for each key. */
  run(command: BatchCommand, key: string, args: Arg[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // The deadline is read here: the flush runs in the context of the first call.
      this.#calls.push({ command, key, args, endsAt: this.#connection.endsAt, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const flush = () => this.#flush();
    // While a batch is in flight, waiting for the other calls of this turn costs no time.
    void (this.#sender.isBusy ? setImmediate(flush) : process.nextTick(flush));
  }

  #flush(): void {
    this.#isScheduled = false;
    const calls = this.#calls;
    this.#calls = [];
    const batches: Batch[] = [];
    const open = new Map<BatchCommand, Batch>();
    const held = new Set<string>();
    for (const call of calls) {
      const batch = held.has(call.key) ? undefined : this.#batchFor(call, open.get(call.command));
      if (batch === undefined) {
        held.add(call.key);
        this.#hold(call);
        continue;
      }
      if (batch.calls.length === 0) {
        batches.push(batch);
        open.set(call.command, batch);
      }
      this.#add(call, batch);
    }
    for (const { calls } of batches) this.#sender.send(calls, () => this.#release(calls));
  }

  /** Returns the batch in which the call can leave now, which may be a new one, or undefined if it has to wait. */
  #batchFor(call: QueuedCall, open: Batch | undefined): Batch | undefined {
    const batch = open !== undefined && this.#hasRoom(open, call) ? open : { calls: [], characters: 0 };
    const active = this.#active.get(call.key)?.batch;
    if (active === undefined || active === batch) return batch;
    return active.calls[0]!.command.effect === "read" && call.command.effect === "read" ? batch : undefined;
  }

  #hasRoom({ calls, characters }: Batch, { key, endsAt }: QueuedCall): boolean {
    const [first] = calls as [QueuedCall];
    // On a cluster a script may only name keys of one slot.
    const isOneScript =
      this.#sender.allowsScripts && (!this.#connection.driver.isCluster || first.key === key);
    const isFull = calls.length === MAX_KEYS || characters >= MAX_CHARACTERS;
    const isNear = Math.abs(endsAt - first.endsAt) <= this.#connection.timeoutMs * MAX_DEADLINE_SPREAD;
    return isOneScript && !isFull && isNear;
  }

  #add(call: QueuedCall, batch: Batch): void {
    call.cancelTimer?.();
    batch.calls.push(call);
    batch.characters += this.#sender.estimate(call);
    const calls = (this.#active.get(call.key)?.calls ?? 0) + 1;
    this.#active.set(call.key, { batch, calls });
  }

  /** Keeps a call for the flush after the calls before it are settled, or until its deadline. */
  #hold(call: QueuedCall): void {
    this.#calls.push(call);
    call.cancelTimer ??= atLoopTime(call.endsAt, () => {
      this.#calls = this.#calls.filter((each) => each !== call);
      call.reject(this.#connection.timeoutError("not-applied"));
    });
  }

  #release(calls: QueuedCall[]): void {
    for (const { key } of calls) {
      const active = this.#active.get(key)!;
      if (--active.calls === 0) this.#active.delete(key);
    }
    if (this.#calls.length > 0) this.#schedule();
  }
}
