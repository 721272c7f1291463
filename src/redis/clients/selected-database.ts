import type { IoredisClient } from "./open-ioredis.js";

/** Interval between attempts to select a database that Redis refused. */
const RETRY_INTERVAL_MS = 1_000;

/**
 * Tells whether an ioredis client is in the database that its options name. When Redis refuses to select it, ioredis
 * emits an error and goes on in database 0.
 */
export class SelectedDatabase {
  readonly #client: IoredisClient;
  readonly #onSelected: () => void;
  #isRefused = false;
  #retry: NodeJS.Timeout | undefined;

  /** @param onSelected called when a database is selected that was refused before */
  constructor(client: IoredisClient, onSelected: () => void) {
    this.#client = client;
    this.#onSelected = onSelected;
  }

  /** True if commands of this connection would run in database 0. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Notes an error that the client emitted. */
  failed(error: unknown): void {
    const { command } = (error ?? {}) as { command?: { name?: unknown } };
    if (command?.name !== "select") return;
    this.#isRefused = true;
    this.#retry = setTimeout(() => void this.#select(), RETRY_INTERVAL_MS).unref();
  }

  /** Notes that the connection is lost: the client selects the database again on the next one. */
  lost(): void {
    clearTimeout(this.#retry);
    this.#isRefused = false;
  }

  async #select(): Promise<void> {
    const { db = 0 } = this.#client.options as { db?: number };
    try {
      await (this.#client as { select(db: number): Promise<unknown> }).select(db);
    } catch (error) {
      if (this.#isRefused) this.failed(error);
      return;
    }
    if (!this.#isRefused) return;
    this.#isRefused = false;
    this.#onSelected();
  }
}
