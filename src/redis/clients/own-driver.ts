import type { RedisAddress } from "../url.js";
import type { Call, Driver, Observer, Place } from "./driver.js";
import { IoredisDriver } from "./ioredis.js";
import { probe } from "./probe.js";
import { type Ioredis, type IoredisClient, openIoredis } from "./open-ioredis.js";

/**
 * Time without a TLS connection after which the driver probes the server. A Redis without TLS does not answer a
 * handshake, but waits for more bytes.
 */
const SLOW_TLS_MS = 200;

/** Driver for a connection that the store opens. Loads ioredis and connects when `connect` is called. */
export class OwnDriver implements Driver {
  readonly isCluster: boolean;
  readonly keyPrefix = "";
  readonly place: Place;
  readonly #address: RedisAddress;
  readonly #timeoutMs: number;
  readonly #redisOptions: object | undefined;
  readonly #observers = new Map<Observer, () => void>();
  #state: "idle" | "connecting" | "ended" = "idle";
  #endReason = "the store's connection was closed";
  #opened: IoredisDriver | undefined;
  #client: IoredisClient | undefined;
  #probing: Promise<Error | undefined> | undefined;

  /** @param redisOptions Further options for ioredis. */
  constructor(address: RedisAddress, timeoutMs: number, redisOptions?: object) {
    this.#address = address;
    this.#timeoutMs = timeoutMs;
    this.#redisOptions = redisOptions;
    this.isCluster = address.mode === "cluster";
    const { mode, hosts, path, tls, db } = address;
    this.place = { mode, hosts, path, tls: tls || "tls" in (redisOptions ?? {}), db };
  }

  get state(): Driver["state"] {
    return this.#opened?.state ?? this.#state;
  }

  get endReason(): string {
    return this.#opened?.endReason ?? this.#endReason;
  }

  get resends(): number {
    return this.#opened?.resends ?? 0;
  }

  connect(): void {
    if (this.#state !== "idle") return;
    this.#state = "connecting";
    void loadIoredis().then((ioredis) => {
      if (this.#state === "ended") return;
      if (typeof ioredis !== "string") return this.#open(ioredis);
      this.#endReason = ioredis;
      this.close();
    });
  }

  probe(): Promise<Error | undefined> {
    this.#probing ??= probe(this.place, this.#timeoutMs).finally(() => (this.#probing = undefined));
    return this.#probing;
  }

  call(): Call {
    if (this.#opened === undefined) throw new Error("not connected"); // callers wait for the state "ready"
    return this.#opened.call();
  }

  observe(observer: Observer): () => void {
    this.#observers.set(observer, this.#opened?.observe(observer) ?? (() => {}));
    return () => {
      this.#observers.get(observer)?.();
      this.#observers.delete(observer);
    };
  }

  close(): void {
    if (this.#client !== undefined) return this.#client.disconnect();
    this.#state = "ended";
    for (const observer of [...this.#observers.keys()]) observer.ended();
  }

  #open(ioredis: Ioredis): void {
    this.#client = openIoredis(ioredis, this.#address, this.#timeoutMs, this.#redisOptions);
    // A client of a single Redis sends a command immediately or rejects it. A Cluster always has a queue for each
    // node.
    this.#opened = new IoredisDriver(this.#client, { isQueueless: !this.isCluster });
    for (const observer of this.#observers.keys()) {
      this.#observers.set(observer, this.#opened.observe(observer));
    }
    if (this.place.tls) setTimeout(() => void this.#probeTls(), SLOW_TLS_MS).unref();
  }

  /** Reports the failure if the server does not answer the TLS handshake because it does not use TLS. */
  async #probeTls(): Promise<void> {
    if (this.state !== "connecting") return;
    const found = await this.probe();
    if (found === undefined || this.state !== "connecting") return;
    for (const observer of this.#observers.keys()) observer.failed(found);
  }
}

/** Imports ioredis, an optional peer dependency. Returns an error message if it cannot be loaded. */
async function loadIoredis(): Promise<Ioredis | string> {
  try {
    return await import("ioredis"); // inside `try`, so that bundlers only warn if it is not installed
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND"
      ? "redis: URLs require ioredis: npm install ioredis"
      : `ioredis could not be loaded (${String(code ?? name)})`;
  }
}
