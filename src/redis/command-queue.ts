import { atLoopTime } from "../internal/loop-clock.js";
import { TransientMap } from "../internal/transient-map.js";
import { type BatchCall, type BatchCommand, BatchSender } from "./batch-sender.js";
import type { Arg } from "./clients/driver.js";
import type { Connection } from "./connection.js";

interface QueuedCall extends BatchCall {
  /** Cancels the deadline of a call that waits for an earlier call on its key. */
  cancelTimer?: () => void;
}

/** Calls of one command that are sent together. Their deadlines are nearly the same. */
interface Batch {
  calls: QueuedCall[];
  characters: number;
}

/** The calls on one key that were sent and are not settled. */
interface ActiveKey {
  /** The batch of the latest call. */
  batch: Batch;
  calls: number;
}

/**
 * Limits of a batch, since a script blocks Redis while it runs. Several smaller scripts are also faster than a large
 * one: Redis runs the next script while the client reads a reply.
 */
const MAX_KEYS = 32;
const MAX_CHARACTERS = 32_768;
/**
 * Maximum difference between the deadlines in a batch, as a share of the store's timeout. The earliest one applies to
 * the batch.
 */
const MAX_DEADLINE_SPREAD = 0.02;

/**
 * Sends the calls of one turn of the event loop in batches. One command with one reply needs far less CPU time than
 * one for each call. If no batch is in flight, a call is sent at the end of the current tick.
 *
 * Calls on one key take effect in the order in which they were made, even if a call has to be sent twice: a call is
 * sent when all earlier calls on its key are settled, unless it joins their batch or all of them only read.
 */
export class CommandQueue {
  readonly #connection: Connection;
  readonly #sender: BatchSender;
  readonly #active = new TransientMap<ActiveKey>();
  #calls: QueuedCall[] = [];
  #isScheduled = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sender = new BatchSender(connection);
  }

  /**
   * Runs a command. Resolves to the reply, or to an array of `width` replies if the command has several for each key.
   */
  run(command: BatchCommand, key: string, args: Arg[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // Read the deadline here, since the flush runs in the async context of the first call.
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

  /**
   * Returns the batch in which the call can be sent now, which may be a new batch. Returns undefined if the call has
   * to wait.
   */
  #batchFor(call: QueuedCall, open: Batch | undefined): Batch | undefined {
    const batch = open !== undefined && this.#hasRoom(open, call) ? open : { calls: [], characters: 0 };
    const active = this.#active.get(call.key)?.batch;
    if (active === undefined || active === batch) return batch;
    return active.calls[0]!.command.effect === "read" && call.command.effect === "read" ? batch : undefined;
  }

  #hasRoom({ calls, characters }: Batch, { key, endsAt }: QueuedCall): boolean {
    const [first] = calls as [QueuedCall];
    const isOneScript =
      this.#sender.allowsScripts && (this.#connection.allowsMixedSlots || first.key === key);
    const isFull = calls.length === MAX_KEYS || characters >= MAX_CHARACTERS;
    const isNear = Math.abs(endsAt - first.endsAt) <= this.#connection.timeoutMs * MAX_DEADLINE_SPREAD;
    return isOneScript && !isFull && isNear;
  }

  #add(call: QueuedCall, batch: Batch): void {
    call.cancelTimer?.();
    batch.calls.push(call);
    batch.characters += this.#sender.estimate(call);
    const active = this.#active.get(call.key);
    if (active === undefined) return this.#active.set(call.key, { batch, calls: 1 });
    active.batch = batch;
    active.calls++;
  }

  /** Keeps a call until the earlier calls on its key are settled, at most until its deadline. */
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
