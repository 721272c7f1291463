import { StoreUnavailableError } from "../errors.js";
import { publish } from "../events.js";
import { warnOnce } from "../internal/warn-once.js";
import type { Driver } from "./clients/driver.js";
import { isAmbiguous } from "./connection-fault.js";
import { type Failure, toCause, toFailure } from "./connection-failure.js";

/**
 * Tracks whether a connection works. Publishes its changes, and emits a process warning once for each distinct
 * failure.
 */
export class ConnectionHealth {
  readonly #driver: Driver;
  readonly #onFailed: () => void;
  #isReady: boolean;
  #failure: Failure | undefined;

  /** @param onFailed Called after each failed attempt to connect. */
  constructor(driver: Driver, onFailed: () => void) {
    this.#driver = driver;
    this.#onFailed = onFailed;
    this.#isReady = driver.state === "ready";
  }

  /** True if the next attempt to connect would fail in the same way as the last one. */
  get isRefused(): boolean {
    return this.#failure?.isPermanent ?? false;
  }

  /**
   * Returns the error for a call that cannot be sent because there is no connection, or undefined if the reason is
   * not known.
   */
  error(): StoreUnavailableError | undefined {
    const failure = this.#failure;
    return (
      failure && new StoreUnavailableError("not-applied", failure.reason, failure.message, toCause(failure))
    );
  }

  ready(): void {
    this.#failure = undefined;
    if (!this.#isReady) publish("connection", { store: "redis", state: "ready" });
    this.#isReady = true;
  }

  lost(): void {
    if (this.#isReady) publish("connection", { store: "redis", state: "lost" });
    this.#isReady = false;
  }

  ended(): void {
    publish("connection", { store: "redis", state: "closed" });
  }

  /**
   * Handles an error of the client. If the connection works, the driver calls `lost` next, so nothing is reported
   * yet.
   */
  failed(error: unknown): void {
    if (this.#isReady) this.#failure = toFailure(error, this.#driver.place);
    else if (isAmbiguous(error) && this.#driver.probe !== undefined) void this.#probe(error);
    else this.#report(error);
  }

  async #probe(error: unknown): Promise<void> {
    const found = await this.#driver.probe!();
    if (!this.#isReady && this.#driver.state !== "ended") this.#report(found ?? error);
  }

  #report(error: unknown): void {
    const failure = toFailure(error, this.#driver.place);
    const isNew = failure.message !== this.#failure?.message;
    this.#failure = failure;
    if (isNew) {
      const { isPermanent, ...details } = failure;
      publish("connection", { store: "redis", state: "failed", ...details });
      warnOnce(`the session store cannot connect: ${failure.message}`);
    }
    this.#onFailed();
  }
}
