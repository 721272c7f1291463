import type { Cluster, Redis } from "ioredis";
import { blockingCommand } from "./blocking-command.js";
import { cancelable } from "./cancelable.js";
import type { Arg, Call, Driver, MasterNode, Observer, Place } from "./driver.js";
import { SelectedDatabase } from "./selected-database.js";
import { Observers } from "./observers.js";
import type { IoredisClient } from "./open-ioredis.js";

/** Driver for ioredis 5 and 6, and iovalkey: a `Redis`, also with Sentinel, or a `Cluster`. */
export class IoredisDriver implements Driver {
  readonly isCluster: boolean;
  readonly keyPrefix: string;
  readonly place: Place;
  readonly endReason = "the Redis client was closed";
  readonly call: () => Call;
  readonly #client: IoredisClient;
  readonly #observers: Observers;
  readonly #database: SelectedDatabase;
  readonly #noteNodes: () => void;
  #resends = 0;

  /** @param options `isQueueless`: true if the client either sends a command immediately or rejects it. */
  constructor(client: IoredisClient, { isQueueless = false } = {}) {
    this.#client = client;
    this.isCluster = client.isCluster;
    this.keyPrefix = client.options.keyPrefix ?? "";
    this.place = placeOf(client);
    this.call = callsOf(client, isQueueless);
    const resent = () => void this.#resends++;
    const notify = (event: keyof Observer, error?: unknown) => this.#observers.notify(event, error);
    // The nodes of a Cluster, and those that were masters, to which writes may have been sent. Seed nodes are
    // neither: a Cluster drops the ones that it does not need before it is ready, and their connections end a little
    // later.
    const nodes = new WeakSet<Redis>();
    const masters = new WeakSet<Redis>();
    const noteNodes = () => {
      if (!("nodes" in client) || client.status !== "ready") return;
      for (const node of client.nodes()) nodes.add(node);
      for (const node of client.nodes("master")) masters.add(node);
    };
    const isMaster = (node: Redis) => masters.has(node) || (nodes.has(node) && !node.options.readOnly);
    this.#noteNodes = noteNodes;
    this.#database = new SelectedDatabase(client, {
      selected: () => notify("ready"),
      refused: (error) => notify("failed", error),
    });
    this.#observers = new Observers(client, [
      ["error", (error) => (this.#database.failed(error), notify("failed", error))],
      ["node error", resent],
      ["+node", noteNodes],
      ["-node", (node) => (node as Redis).stream && isMaster(node as Redis) && resent()],
      ["close", () => (this.#database.lost(), resent(), notify("lost"))],
      ["end", () => notify("ended")],
      ["ready", () => (noteNodes(), this.#database.ready(), this.#database.isSelected && notify("ready"))],
    ]);
  }

  /**
   * State of the connection. ioredis reports "ready" until the server has closed a connection that the client is
   * closing.
   */
  get state(): Driver["state"] {
    const client = this.#client;
    if (client.status === "ready" && !this.#database.isSelected) return "connecting";
    if (client.status === "ready") {
      return "nodes" in client || client.stream.writable ? "ready" : "connecting";
    }
    if (client.status === "end") return "ended";
    return client.status === "wait" ? "idle" : "connecting";
  }

  get resends(): number {
    this.#noteNodes();
    return this.#resends;
  }

  get delayReason(): string | undefined {
    const command = blockingCommand(this.#client);
    return command && `the client waits for the reply to ${command}: use a separate client for the store`;
  }

  connect(): void {
    if (this.#client.status === "wait") this.#client.connect().catch(() => {}); // observers get the error
  }

  observe(observer: Observer): () => void {
    const stop = this.#observers.add(observer);
    this.#noteNodes();
    return stop;
  }
}

function placeOf(client: IoredisClient): Place {
  if ("slots" in client) {
    const { redisOptions } = client.options;
    return { mode: "cluster", hosts: [], tls: redisOptions?.tls !== undefined, db: 0 };
  }
  const { host = "localhost", port = 6379, path, sentinels, tls, db = 0 } = client.options;
  const mode = sentinels ? "sentinel" : "single";
  const hosts = sentinels || path ? [] : [{ host, port }];
  return { mode, hosts, path: path ?? undefined, tls: tls !== undefined, db };
}

function callsOf(client: IoredisClient, isQueueless: boolean): () => Call {
  if (isQueueless) {
    const call = new IoredisCall(client, () => {});
    return () => call;
  }
  const viewOf = cancelable(client);
  return () => {
    const view = viewOf();
    return new IoredisCall(view.client, view.cancel);
  };
}

class IoredisCall implements Call {
  readonly cancel: () => void;
  readonly #client: IoredisClient;

  constructor(client: IoredisClient, cancel: () => void) {
    this.#client = client;
    this.cancel = cancel;
  }

  send(before: readonly Arg[], keys: readonly string[], after: readonly Arg[] = []): Promise<unknown> {
    return this.#client.call(...(before as [string, ...Arg[]]), ...keys, ...after);
  }

  together<R>(send: () => R): R {
    const socket = "stream" in this.#client ? this.#client.stream : undefined;
    socket?.cork();
    const result = send();
    socket?.uncork();
    return result;
  }

  getBuffer(key: string): Promise<Buffer | null> {
    return this.#client.getBuffer(key);
  }

  /**
   * Returns all masters. ioredis forgets a node when it loses the connection to it, and refreshes the slots only when
   * a command needs a key of that node. Until then its list of masters may be incomplete, so this method refreshes
   * the slots first.
   */
  async masters(): Promise<MasterNode[]> {
    if (!this.#client.isCluster) return [this.#client];
    const cluster = this.#client as Cluster;
    if (!reachesAllSlots(cluster)) {
      await new Promise<void>((resolve, reject) => {
        cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve()));
      });
    }
    return cluster.nodes("master");
  }

  scan(node: MasterNode, cursor: string, pattern: string, count: number): Promise<[string, string[]]> {
    const client = (this.#client.isCluster ? node : this.#client) as Redis;
    return client.scan(cursor, "MATCH", pattern, "COUNT", count);
  }
}

function reachesAllSlots(cluster: Cluster): boolean {
  const reached = new Set(cluster.nodes("master").map(({ options }) => `${options.host}:${options.port}`));
  return cluster.slots.every(([master]) => reached.has(String(master)));
}
