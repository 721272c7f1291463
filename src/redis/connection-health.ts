import { StoreUnavailableError } from "../errors.js";
import { publish } from "../events.js";
import { warnOnce } from "../internal/warn-once.js";
import type { Driver } from "./clients/driver.js";
import { isAmbiguous } from "./connection-fault.js";
import { type Failure, toCause, toFailure } from "./connection-failure.js";

/** Tracks whether a connection works. Publishes changes, and prints each distinct failure, once in a process, as a warning. */
export class ConnectionHealth {
  readonly #driver: Driver;
  readonly #onFailed: () => void;
  #isReady: boolean;
  #failure: Failure | undefined;

  /** @param onFailed called after each attempt to connect that failed */
  constructor(driver: Driver, onFailed: () => void) {
    this.#driver = driver;
    this.#onFailed = onFailed;
    this.#isReady = driver.state === "ready";
  }

  /** True if the next attempt to connect would fail in the same way as the last one. */
  get isRefused(): boolean {
    return this.#failure?.isPermanent ?? false;
  }

  /** Returns the error for a call that was not sent because there is no connection, if the reason is known. */
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

  /** Reports an error of the client. One of a working connection is followed by `lost`. */
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
