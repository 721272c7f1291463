import { AsyncLocalStorage } from "node:async_hooks";
import { StoreClosedError, StoreUnavailableError, hasCode } from "../errors.js";
import { atLoopTime, loopNow } from "../internal/loop-clock.js";
import { Capability } from "./capability.js";
import type { Call, Driver } from "./clients/driver.js";
import { ConnectionHealth } from "./connection-health.js";
import { isUnsent, toStoreError } from "./server-errors.js";

/** Sends the commands of one step. */
export type Send<R> = (call: Call) => Promise<R>;

/** The call of several steps that the current code runs in, with its deadline until the call settles. */
const calls = /* @__PURE__ */ new AsyncLocalStorage<{ endsAt: number | undefined } | undefined>();

/**
 * Connection with a deadline for every call: waiting for a connection, sending and waiting for replies takes at most
 * `timeoutMs` for all steps of a call together. A command that is not sent before the deadline is never sent.
 *
 * The deadline is a time of `loopNow()`. A call reads it once, from `endsAt` at its start, and passes it to `run`.
 */
export class Connection {
  readonly driver: Driver;
  readonly timeoutMs: number;
  readonly scripts = new Capability();
  /** `SET … IFEQ`, which compares versions if scripts are forbidden. */
  readonly setIfEqual = new Capability();
  /** Commands whose keys are in several slots. A proxy in front of several shards rejects them. */
  readonly mixedSlots = new Capability();
  readonly #waiting = new Set<() => void>();
  readonly #stopObserving: () => void;
  readonly #health: ConnectionHealth;
  #disconnects = 0;
  #closed = false;

  constructor(driver: Driver, timeoutMs: number) {
    this.driver = driver;
    this.timeoutMs = timeoutMs;
    this.#health = new ConnectionHealth(driver, () => this.#health.isRefused && this.#wake());
    this.#stopObserving = driver.observe({
      failed: (error) => this.#closed || this.#health.failed(error),
      lost: () => {
        this.#disconnects++;
        if (!this.#closed) this.#health.lost();
      },
      ready: () => {
        this.scripts.reset();
        this.setIfEqual.reset();
        this.mixedSlots.reset();
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

  /** True if the keys of one command may be in several slots. */
  get allowsMixedSlots(): boolean {
    return !this.driver.isCluster && this.mixedSlots.isAvailable;
  }

  /** @throws StoreClosedError */
  assertOpen(): undefined {
    if (this.#closed) throw new StoreClosedError();
  }

  /** Number that grows whenever the connection, or one to a node of a Cluster, is lost. */
  get disconnects(): number {
    return this.#disconnects + this.driver.resends;
  }

  /** Runs a task of several steps within one deadline. A step that starts after the deadline is not sent. */
  within<R>(task: () => Promise<R>): Promise<R> {
    const call: { endsAt: number | undefined } = { endsAt: this.endsAt };
    return calls.run(call, async () => {
      try {
        return await task();
      } finally {
        call.endsAt = undefined; // calls that an event listener made meanwhile are not part of this call
      }
    });
  }

  /** Deadline of the call that the current code runs in, or of a call that starts now. */
  get endsAt(): number {
    return calls.getStore()?.endsAt ?? loopNow() + this.timeoutMs;
  }

  /**
   * Runs one step of a call. If the connection is lost, a read is sent once more.
   * @param effect `"write"` if Redis may have applied the step even if there is no reply.
   * @throws StoreUnavailableError, StoreClosedError or ScriptsForbiddenError, never an error of the client.
   */
  run<R>(effect: "read" | "write", send: Send<R>, endsAt = this.endsAt): Promise<R> {
    if (this.#closed) return Promise.reject(new StoreClosedError());
    if (endsAt <= loopNow()) return Promise.reject(this.timeoutError("not-applied"));
    // A connection that the client opens during this call outlives the call, and must not inherit its deadline.
    return calls.run(undefined, () => this.#run(effect, send, endsAt));
  }

  #run<R>(effect: "read" | "write", send: Send<R>, endsAt: number): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      let call: Call | undefined;
      let isOver = false;
      /** True if a read was sent again after its connection was lost. */
      let isRepeated = false;
      const startOrWait = () => {
        const { state } = this.driver;
        if (state === "ready" || state === "ended" || this.#health.isRefused) return start();
        this.#waiting.add(start);
        this.driver.connect();
      };
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
          (reply) => (cancelTimer(), resolve(reply)),
          (error: unknown) => {
            current.cancel(); // a client that rejects by its own commandTimeout would still send the command from its queue
            const isIntact = this.driver.resends === resends;
            const failure = toStoreError(error, effect === "write" && (isIntact ? "once" : "again"));
            // The connection is being closed, and the next one may be ready in time.
            const isUnsentYet = isIntact && isUnsent(error) && this.driver.state !== "ready";
            const isLostRead = effect === "read" && isConnectionLost(failure) && !isRepeated;
            if (isOver || !(isUnsentYet || isLostRead)) return fail(failure);
            isRepeated ||= !isUnsentYet;
            call = undefined;
            startOrWait();
          },
        );
      };
      const fail = (error: Error) => (cancelTimer(), reject(error));
      const cancelTimer = atLoopTime(endsAt, () => {
        isOver = true;
        this.#waiting.delete(start);
        call?.cancel();
        const outcome = call !== undefined && effect === "write" ? "unknown" : "not-applied";
        reject((call === undefined && this.#health.error()) || this.timeoutError(outcome));
      });
      startOrWait();
    });
  }

  /** Closes a connection that the store opened, or stops observing a client that was passed in. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    // Observe a connection of the store until it has ended, since its socket may still fail while it is being closed.
    if (this.driver.close) this.driver.close();
    else this.#stopObserving();
  }

  /** Returns the error of a call that reached its deadline. */
  timeoutError(outcome: "not-applied" | "unknown"): StoreUnavailableError {
    const { delayReason } = this.driver;
    const detail = `no answer within ${this.timeoutMs} ms`;
    return new StoreUnavailableError(outcome, "timeout", delayReason ? `${detail}: ${delayReason}` : detail);
  }

  #wake(): void {
    for (const start of [...this.#waiting]) start();
  }
}

function isConnectionLost(error: Error): boolean {
  return hasCode(error, "ERR_STORE_UNAVAILABLE") && (error as StoreUnavailableError).reason === "connection";
}
