import { AsyncLocalStorage } from "node:async_hooks";
import type { Redis } from "ioredis";
import { StoreClosedError, StoreUnavailableError } from "../errors.js";
import { publish } from "../events.js";
import type { RedisClient } from "./client.js";
import { type RevocableClient, revocable } from "./revocable.js";
import { isUnsent, toStoreError } from "./server-errors.js";

export type Send<R> = (client: RedisClient) => Promise<R>;

/** The call that a step is a part of, and when it ends, as `performance.now()` tells the time. */
const calls = new AsyncLocalStorage<{ endsAt: number } | undefined>();

/**
 * A client with a deadline on every call: waiting for a connection, sending and waiting for the answer
 * together take at most `timeoutMs`, in all steps of a call. What was not sent by then is never sent.
 */
export class Connection {
  readonly client: RedisClient;
  readonly #timeoutMs: number;
  readonly #owned: boolean;
  readonly #viewOf: () => RevocableClient;
  readonly #noteNodes: () => void;
  readonly #waiting = new Set<() => void>();
  readonly #listeners: [string, (...args: unknown[]) => void][];
  #losses = 0;
  #isReady: boolean;
  /** Why there is no connection: what the client said last. */
  #trouble: unknown;
  #closed = false;

  constructor(client: RedisClient, options: { timeoutMs: number; owned: boolean }) {
    this.client = client;
    this.#timeoutMs = options.timeoutMs;
    this.#owned = options.owned;
    this.#isReady = client.status === "ready";
    // Our own client to one Redis keeps no command back. A Cluster has a queue for each node, whatever it is told.
    const isImmediate = options.owned && !client.isCluster;
    this.#viewOf = isImmediate ? () => ({ client, revoke: () => {} }) : revocable(client);
    const lost = () => void this.#losses++;
    // A Cluster's nodes, and those that were masters, which writes may have been sent to. Seeds are neither: a
    // Cluster drops those that it does not need before it is ready, and they end a little later.
    const nodes = new WeakSet<Redis>();
    const masters = new WeakSet<Redis>();
    const noteNodes = () => {
      if (!("nodes" in client) || client.status !== "ready") return;
      for (const node of client.nodes()) nodes.add(node);
      for (const node of client.nodes("master")) masters.add(node);
    };
    const isMaster = (node: Redis) => masters.has(node) || (nodes.has(node) && !node.options.readOnly);
    this.#noteNodes = noteNodes;
    noteNodes();
    this.#listeners = [
      ["error", (error) => (this.#trouble = error)], // callers get it as a typed error
      ["node error", lost],
      ["+node", noteNodes],
      ["-node", (node) => (node as Redis).stream && isMaster(node as Redis) && lost()],
      ["close", () => (lost(), this.#changed(false))],
      ["end", () => (this.#wake(), publish("connection", { store: "redis", state: "closed" }))],
      ["ready", () => (noteNodes(), this.#wake(), this.#changed(true))],
    ];
    for (const [event, listener] of this.#listeners) client.on(event as "ready", listener);
  }

  /** How often a connection was lost: when it differs after a write, the client may have sent it twice. */
  get losses(): number {
    this.#noteNodes();
    return this.#losses;
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
    // In whole milliseconds, so that calls that begin together can be sent together to the end.
    const call = { endsAt: Math.ceil(performance.now()) + this.#timeoutMs };
    return calls.run(call, async () => {
      const result = await task();
      call.endsAt = Infinity; // what a listener to an event has begun meanwhile is no part of the call
      return result;
    });
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
    const leftMs = endsAt === Infinity ? this.#timeoutMs : Math.ceil(endsAt - performance.now());
    if (leftMs <= 0) return Promise.reject(this.#late("not-applied"));
    // A connection that the client makes meanwhile outlives the call, and must not take its deadline along.
    return calls.run(undefined, () => this.#run(effect, send, leftMs));
  }

  #run<R>(effect: "read" | "write", send: Send<R>, leftMs: number): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      let revoke: (() => void) | undefined;
      let isOver = false;
      const start = () => {
        this.#waiting.delete(start);
        if (this.#closed) return fail(new StoreClosedError());
        if (this.client.status === "end") {
          return fail(new StoreUnavailableError("not-applied", "connection", "the Redis client was ended"));
        }
        const losses = this.#losses;
        const view = this.#viewOf();
        revoke = view.revoke;
        send(view.client).then(
          (reply) => (clearTimeout(timer), resolve(reply)),
          (error: unknown) => {
            view.revoke(); // a client that gives up first, by its own commandTimeout, sends what it has all the same
            const isIntact = this.#losses === losses;
            if (isIntact && isUnsent(error) && !this.#canSend() && !isOver) {
              // The connection is on its way out. Its successor may be there in time.
              revoke = undefined;
              this.#waiting.add(start);
            } else fail(toStoreError(error, effect === "write" && (isIntact ? "once" : "again")));
          },
        );
      };
      const fail = (error: Error) => (clearTimeout(timer), reject(error));
      const timer = setTimeout(() => {
        isOver = true;
        this.#waiting.delete(start);
        revoke?.();
        const outcome = revoke !== undefined && effect === "write" ? "unknown" : "not-applied";
        const isTrouble = revoke === undefined && this.#trouble;
        reject(isTrouble ? toStoreError(this.#trouble, false) : this.#late(outcome));
      }, leftMs);
      if (this.#canSend() || this.client.status === "end") start();
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
      // An owned client is listened to until it has ended: a socket may still fail while it is being closed.
      if (!(this.#owned && (event === "error" || event === "end"))) this.client.off(event, listener);
    }
  }

  /** A connection that is being ended stays "ready" until the server has said goodbye too. */
  #canSend(): boolean {
    const { client } = this;
    return client.status === "ready" && ("nodes" in client || client.stream.writable);
  }

  #late(outcome: "not-applied" | "unknown"): StoreUnavailableError {
    return new StoreUnavailableError(outcome, "timeout", `no answer within ${this.#timeoutMs} ms`);
  }

  #changed(isReady: boolean): void {
    if (isReady) this.#trouble = undefined;
    if (isReady === this.#isReady) return; // an attempt that failed
    this.#isReady = isReady;
    publish("connection", { store: "redis", state: isReady ? "ready" : "lost" });
  }

  #wake(): void {
    for (const start of [...this.#waiting]) start();
  }
}
