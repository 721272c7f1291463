import { AsyncLocalStorage } from "node:async_hooks";
import { StoreClosedError, StoreUnavailableError } from "../errors.js";
import { Capability } from "./capability.js";
import type { Call, Driver } from "./clients/driver.js";
import { ConnectionHealth } from "./connection-health.js";
import { isUnsent, toStoreError } from "./server-errors.js";

export type Send<R> = (call: Call) => Promise<R>;

/** The call that a step is a part of, and when it ends, as `performance.now()` tells the time. */
const calls = new AsyncLocalStorage<{ endsAt: number } | undefined>();

/**
 * A client with a deadline on every call: waiting for a connection, sending and waiting for the answer
 * together take at most `timeoutMs`, in all steps of a call. What was not sent by then is never sent.
 */
export class Connection {
  readonly driver: Driver;
  readonly timeoutMs: number;
  readonly scripts = new Capability();
  /** `SET … IFEQ`, with which versions are compared where scripts are forbidden. */
  readonly setIfEqual = new Capability();
  readonly #waiting = new Set<() => void>();
  readonly #stopObserving: () => void;
  readonly #health: ConnectionHealth;
  #closed = false;

  constructor(driver: Driver, timeoutMs: number) {
    this.driver = driver;
    this.timeoutMs = timeoutMs;
    this.#health = new ConnectionHealth(driver, () => this.#health.isRefused && this.#wake());
    this.#stopObserving = driver.observe({
      failed: (error) => this.#closed || this.#health.failed(error),
      lost: () => this.#closed || this.#health.lost(),
      ready: () => {
        this.scripts.reset();
        this.setIfEqual.reset();
        if (!this.#closed) this.#health.ready();
        this.#wake();
      },
      ended: () => {
        this.#wake();
        this.#health.ended();
        if (this.#closed) this.#stopObserving();
      },
    });
  }

  /** @throws StoreClosedError. */
  assertOpen(): undefined {
    if (this.#closed) throw new StoreClosedError();
  }

  /**
   * Does a task of several steps within one deadline: a step has what those before it left over, and is not
   * sent when that is nothing.
   */
  within<R>(task: () => Promise<R>): Promise<R> {
    const call = { endsAt: this.deadlineFromNow() };
    return calls.run(call, async () => {
      const result = await task();
      call.endsAt = Infinity; // what a listener to an event has begun meanwhile is no part of the call
      return result;
    });
  }

  /** Returns the deadline of a call that starts now, as `performance.now()` tells the time. */
  deadlineFromNow(): number {
    // Whole milliseconds, so that calls that start together can be sent together.
    return Math.ceil(performance.now()) + this.timeoutMs;
  }

  /** When the call ends that this is a part of; Infinity for a call of one step, which has its whole time. */
  get endsAt(): number {
    return calls.getStore()?.endsAt ?? Infinity;
  }

  /**
   * @param effect what to say of a call without an answer: a read was not applied, a write may have been.
   * @throws StoreUnavailableError, StoreClosedError, ScriptsForbiddenError; nothing of the client's own.
   */
  run<R>(effect: "read" | "write", send: Send<R>, endsAt = this.endsAt): Promise<R> {
    if (this.#closed) return Promise.reject(new StoreClosedError());
    const leftMs = endsAt === Infinity ? this.timeoutMs : Math.ceil(endsAt - performance.now());
    if (leftMs <= 0) return Promise.reject(this.timeoutError("not-applied"));
    // A connection that the client makes meanwhile outlives the call, and must not take its deadline along.
    return calls.run(undefined, () => this.#run(effect, send, leftMs));
  }

  #run<R>(effect: "read" | "write", send: Send<R>, leftMs: number): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      let call: Call | undefined;
      let isOver = false;
      const start = () => {
        this.#waiting.delete(start);
        if (this.#closed) return fail(new StoreClosedError());
        if (this.driver.state === "ended") {
          return fail(new StoreUnavailableError("not-applied", "connection", this.driver.endReason));
        }
        if (this.driver.state !== "ready" && this.#health.isRefused) return fail(this.#health.error()!);
        const { resends } = this.driver;
        const current = (call = this.driver.call());
        send(current).then(
          (reply) => (clearTimeout(timer), resolve(reply)),
          (error: unknown) => {
            current.cancel(); // a client that gives up first, by its own commandTimeout, still sends its queue
            const isIntact = this.driver.resends === resends;
            if (isIntact && isUnsent(error) && this.driver.state !== "ready" && !isOver) {
              // The connection is on its way out. Its successor may be there in time.
              call = undefined;
              this.#waiting.add(start);
              this.driver.connect();
            } else fail(toStoreError(error, effect === "write" && (isIntact ? "once" : "again")));
          },
        );
      };
      const fail = (error: Error) => (clearTimeout(timer), reject(error));
      const timer = setTimeout(() => {
        isOver = true;
        this.#waiting.delete(start);
        call?.cancel();
        const outcome = call !== undefined && effect === "write" ? "unknown" : "not-applied";
        reject((call === undefined && this.#health.error()) || this.timeoutError(outcome));
      }, leftMs);
      const { state } = this.driver;
      if (state === "ready" || state === "ended" || this.#health.isRefused) start();
      else {
        this.#waiting.add(start);
        this.driver.connect();
      }
    });
  }

  /** Ends a connection that this store made; stops listening to one that it was handed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    // A connection of our own is observed until it has ended: a socket may still fail while it is being closed.
    if (this.driver.close) this.driver.close();
    else this.#stopObserving();
  }

  /** Returns the error of a call that reached its deadline. */
  timeoutError(outcome: "not-applied" | "unknown"): StoreUnavailableError {
    return new StoreUnavailableError(outcome, "timeout", `no answer within ${this.timeoutMs} ms`);
  }

  #wake(): void {
    for (const start of [...this.#waiting]) start();
  }
}
