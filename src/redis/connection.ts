import { StoreClosedError, StoreUnavailableError } from "../errors.js";
import { publish } from "../events.js";
import type { RedisClient } from "./client.js";
import { toStoreError } from "./server-errors.js";

export type Send<R> = (client: RedisClient) => Promise<R>;

/**
 * A client with a deadline on every call: waiting for a connection, sending and waiting for the answer
 * together take at most `timeoutMs`. A call that timed out while it waited for a connection is never sent.
 */
export class Connection {
  readonly client: RedisClient;
  readonly #timeoutMs: number;
  readonly #owned: boolean;
  readonly #waiting = new Set<() => void>();
  readonly #listeners: [string, (...args: unknown[]) => void][];
  #losses = 0;
  #closed = false;

  constructor(client: RedisClient, options: { timeoutMs: number; owned: boolean }) {
    this.client = client;
    this.#timeoutMs = options.timeoutMs;
    this.#owned = options.owned;
    const lost = () => void this.#losses++;
    this.#listeners = [
      ["error", () => {}], // what it says reaches callers as typed errors, and watchers as events
      ["node error", lost],
      ["-node", lost],
      ["close", () => (lost(), publish("connection", { store: "redis", state: "lost" }))],
      ["end", () => (this.#wake(), publish("connection", { store: "redis", state: "closed" }))],
      ["ready", () => (this.#wake(), publish("connection", { store: "redis", state: "ready" }))],
    ];
    for (const [event, listener] of this.#listeners) client.on(event as "ready", listener);
  }

  /** How often a connection was lost: when it differs after a call, the client may have sent it twice. */
  get losses(): number {
    return this.#losses;
  }

  /** @throws StoreClosedError. */
  assertOpen(): undefined {
    if (this.#closed) throw new StoreClosedError();
  }

  /**
   * @param effect what to say of a call without an answer: a read was not applied, a write may have been.
   * @throws StoreUnavailableError, StoreClosedError, ScriptsForbiddenError; nothing of the client's own.
   */
  run<R>(effect: "read" | "write", send: Send<R>): Promise<R> {
    if (this.#closed) return Promise.reject(new StoreClosedError());
    return new Promise<R>((resolve, reject) => {
      let sent = false;
      const start = () => {
        this.#waiting.delete(start);
        if (this.#closed) return fail(new StoreClosedError());
        if (this.client.status === "end") {
          return fail(new StoreUnavailableError("not-applied", "connection", "the Redis client was ended"));
        }
        sent = effect === "write";
        send(this.client).then(
          (reply) => (clearTimeout(timer), resolve(reply)),
          (error: unknown) => fail(toStoreError(error, sent)),
        );
      };
      const fail = (error: Error) => (clearTimeout(timer), reject(error));
      const timer = setTimeout(() => {
        this.#waiting.delete(start);
        const detail = `no answer within ${this.#timeoutMs} ms`;
        reject(new StoreUnavailableError(sent ? "unknown" : "not-applied", "timeout", detail));
      }, this.#timeoutMs);
      if (this.client.status === "ready" || this.client.status === "end") start();
      else {
        this.#waiting.add(start);
        // A client made with `lazyConnect` has not been told to connect yet.
        if (this.client.status === "wait") this.client.connect().catch(() => {});
      }
    });
  }

  /** Ends a connection that this store made; stops listening to one that it was handed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    if (this.#owned) this.client.disconnect();
    for (const [event, listener] of this.#listeners) {
      // An owned client keeps its error listener: a socket may still fail while it is being closed.
      if (!(this.#owned && event === "error")) this.client.off(event, listener);
    }
  }

  #wake(): void {
    for (const start of [...this.#waiting]) start();
  }
}
