import { replyPrefix } from "../server-errors.js";
import type { IoredisClient } from "./open-ioredis.js";

/** Interval between attempts to select a database that Redis refused. */
const RETRY_INTERVAL_MS = 1_000;
/** States of a client that may have tried to select its database. */
const CONNECTED = ["connect", "ready"];

/** Parts of a client that this file uses. A Cluster has only database 0. */
interface Client {
  readonly status: string;
  readonly options: { db?: number };
  /** State of the connection. It contains the requested database, whether Redis selected it or not. */
  readonly condition?: { select?: number } | null;
  select(db: number): Promise<unknown>;
}

interface Listeners {
  /** The database is selected, after it was refused or its state was unknown. */
  selected(): void;
  /** Redis refused the database of a client that had connected earlier. */
  refused(error: unknown): void;
}

/**
 * Tracks whether an ioredis client has selected the database that it requested. If Redis refuses to select it,
 * ioredis emits an error and continues in database 0. A client that connected before the store was created may have
 * emitted that error already, so its database is selected once more.
 */
export class SelectedDatabase {
  readonly #client: Client;
  readonly #listeners: Listeners;
  #state: "selected" | "unknown" | "refused" = "selected";
  #retry: NodeJS.Timeout | undefined;

  constructor(client: IoredisClient, listeners: Listeners) {
    this.#client = client as unknown as Client;
    this.#listeners = listeners;
    if (this.#db === 0 || !CONNECTED.includes(client.status)) return;
    this.#state = "unknown";
    if (client.status === "ready") void this.#select();
  }

  /** False if commands of this connection run, or may run, in database 0. */
  get isSelected(): boolean {
    return this.#state === "selected";
  }

  /** Handles a client that becomes ready. */
  ready(): void {
    if (this.#state === "unknown") void this.#select();
  }

  /** Handles an error that the client emitted. */
  failed(error: unknown): void {
    const { command } = (error ?? {}) as { command?: { name?: unknown } };
    if (command?.name === "select") this.#refuse();
  }

  /** Handles a lost connection. The client selects the database again on the next connection. */
  lost(): void {
    clearTimeout(this.#retry);
    this.#state = "selected";
  }

  get #db(): number {
    return this.#client.condition?.select ?? this.#client.options.db ?? 0;
  }

  #refuse(): void {
    this.#state = "refused";
    this.#selectLater();
  }

  #selectLater(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#select(), RETRY_INTERVAL_MS).unref();
  }

  async #select(): Promise<void> {
    const before = this.#state;
    try {
      await this.#client.select(this.#db);
    } catch (error) {
      if (this.isSelected) return; // the connection was lost meanwhile
      if (replyPrefix(error) === undefined) return this.#selectLater();
      this.#refuse();
      if (before === "unknown") this.#listeners.refused(error);
      return;
    }
    if (this.isSelected) return;
    this.#state = "selected";
    this.#listeners.selected();
  }
}
