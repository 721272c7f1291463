import type { Arg, Call, Driver, MasterNode, Observer } from "./driver.js";
import type { CommandOptions, NodeRedisRoute } from "./node-redis-routes.js";
import { Observers } from "./observers.js";

/** Interval of the checks for a connection that the client does not report by an event. */
const POLL_INTERVAL_MS = 50;
/** Character code of `$`, the RESP type of a string. */
const BLOB_STRING = 36;

/** Driver for node-redis 5 and 6: `createClient`, `createCluster` or `createSentinel`. */
export class NodeRedisDriver implements Driver {
  readonly isCluster: boolean;
  readonly keyPrefix: string;
  /** Possible reason of a timeout: the client does not tell which commands it has sent. */
  readonly delayReason =
    "if the app sends blocking commands such as BLPOP over this client, use a separate client for the store";
  readonly endReason = "the node-redis client is not connected: call client.connect() first";
  readonly #route: NodeRedisRoute;
  readonly #observers: Observers;
  #lastState: Driver["state"];
  #poll: NodeJS.Timeout | undefined;

  constructor(route: NodeRedisRoute) {
    const { client } = route;
    this.#route = route;
    this.isCluster = route.isCluster;
    this.keyPrefix = client._keyPrefix ?? "";
    this.#lastState = this.state;
    const check = () => this.#check();
    const failed = (error: unknown) => {
      this.#observers.notify("failed", error);
      check();
    };
    this.#observers = new Observers(client, [
      ["error", failed],
      ["node-error", failed],
      ...["connect", "ready", "reconnecting", "end", "terminated"].map((event) => [event, check] as const),
      ...["node-ready", "node-reconnecting", "disconnect"].map((event) => [event, check] as const),
    ]);
  }

  get state(): "connecting" | "ready" | "ended" {
    if (!this.#route.client.isOpen) return "ended";
    return this.#route.isReady ? "ready" : "connecting";
  }

  get resends(): number {
    return this.#route.resends;
  }

  /**
   * Waits for a connection. An open client connects by itself, but not every kind of client reports that it has
   * connected.
   */
  connect(): void {
    this.#check();
    this.#poll ??= setInterval(() => this.#check(), POLL_INTERVAL_MS).unref();
  }

  call(): Call {
    return new NodeRedisCall(this.#route, this.keyPrefix);
  }

  observe(observer: Observer): () => void {
    return this.#observers.add(observer);
  }

  #check(): void {
    const { state } = this;
    if (state !== "connecting" || this.#observers.isEmpty) {
      clearInterval(this.#poll);
      this.#poll = undefined;
    }
    if (state === this.#lastState) return;
    this.#lastState = state;
    this.#observers.notify(state === "connecting" ? "lost" : state);
  }
}

class NodeRedisCall implements Call {
  readonly #route: NodeRedisRoute;
  readonly #keyPrefix: string;
  readonly #controller = new AbortController();
  readonly #options: CommandOptions;

  constructor(route: NodeRedisRoute, keyPrefix: string) {
    this.#route = route;
    this.#keyPrefix = keyPrefix;
    this.#options = { abortSignal: this.#controller.signal, typeMapping: {}, timeout: undefined };
  }

  send(before: readonly Arg[], keys: readonly string[], after: readonly Arg[] = []): Promise<unknown> {
    const prefixed = this.#keyPrefix === "" ? keys : keys.map((key) => this.#keyPrefix + key);
    const args = [...before.map(String), ...prefixed, ...after.map(String)];
    return this.#route.send(args, prefixed[0], this.#options);
  }

  /** Calls `send`: node-redis already sends the commands of one turn of the event loop together. */
  together<R>(send: () => R): R {
    return send();
  }

  async getBuffer(key: string): Promise<Buffer | null> {
    const prefixed = this.#keyPrefix + key;
    const options = { ...this.#options, typeMapping: { [BLOB_STRING]: Buffer } };
    return (await this.#route.send(["GET", prefixed], prefixed, options)) as Buffer | null;
  }

  async masters(): Promise<MasterNode[]> {
    return this.#route.masters();
  }

  async scan(node: MasterNode, cursor: string, pattern: string, count: number): Promise<[string, string[]]> {
    const args = ["SCAN", cursor, "MATCH", pattern, "COUNT", String(count)];
    return (await this.#route.sendTo(node, args, this.#options)) as [string, string[]];
  }

  cancel(): void {
    this.#controller.abort();
  }
}
