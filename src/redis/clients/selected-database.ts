import { replyPrefix } from "../server-errors.js";
import type { IoredisClient } from "./open-ioredis.js";

/** Interval between attempts to select a database that Redis refused. */
const RETRY_INTERVAL_MS = 1_000;
/** States of a client that may have tried to select its database. */
const CONNECTED = ["connect", "ready"];

/** Parts of a client that are read. A Cluster has only database 0. */
interface Client {
  readonly status: string;
  readonly options: { db?: number };
  /** State of the connection. It names the database that was asked for, selected or not. */
  readonly condition?: { select?: number } | null;
  select(db: number): Promise<unknown>;
}

interface Listeners {
  /** A database is selected that was refused before, or was not known to be selected. */
  selected(): void;
  /** Redis refused the database of a client that had connected earlier. */
  refused(error: unknown): void;
}

/**
 * Tells whether an ioredis client is in the database that it asked for. When Redis refuses to select it, ioredis emits
 * an error and goes on in database 0. A client that has connected before the store may have emitted that error already:
 * it selects its database once more.
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

  /** False if commands of this connection would run in database 0, or may do so. */
  get isSelected(): boolean {
    return this.#state === "selected";
  }

  /** Notes that the client is ready. */
  ready(): void {
    if (this.#state === "unknown") void this.#select();
  }

  /** Notes an error that the client emitted. */
  failed(error: unknown): void {
    const { command } = (error ?? {}) as { command?: { name?: unknown } };
    if (command?.name === "select") this.#refuse();
  }

  /** Notes that the connection is lost: the client selects the database again on the next one. */
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
