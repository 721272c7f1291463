import { stringify } from "../codec/json.js";
import { knownText } from "../codec/known-text.js";
import { hasCode } from "../errors.js";
import { publish } from "../events.js";
import { KeyQueue } from "../internal/key-queue.js";
import { loopNow } from "../internal/loop-clock.js";
import type { SessionStore } from "../store.js";
import { type Fields, type SessionFormat, plainFormat } from "./format.js";
import { type Lifetime, endOf } from "./lifetime.js";
import { type TrackerOptions, checkTrackerOptions } from "./options.js";
import { SaveQueue } from "./save-queue.js";
import { baseOf } from "./state.js";
import { TrackedSession, type TrackerParts } from "./tracked-session.js";
import { Writer } from "./writer.js";

/** Deadline of a save in a store without a deadline, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 1_000;

/**
 * Saves the sessions of a framework integration, so that concurrent requests lose no changes and a destroyed session
 * is not stored again.
 *
 * @example
 * const tracker = new SessionTracker<AppSession>(store);
 * const session = (await tracker.open(id)) ?? tracker.create(newId);
 * session.data.visits = (session.data.visits ?? 0) + 1;
 * await session.save(session.data, 30 * 60_000);
 */
export class SessionTracker<D extends object = Fields> {
  /** The store that holds the sessions. */
  readonly store: SessionStore;
  readonly #name: string;
  readonly #format: SessionFormat;
  readonly #parts: TrackerParts;
  readonly #timeoutMs: number;
  /** Orders `put`, which takes several steps, and other calls on the same id. */
  readonly #puts = new KeyQueue();

  /**
   * @param options.name Name of the integration in events.
   * @param options.format Converts between stored data and fields. By default they are the same.
   * @throws TypeError if an option is invalid.
   */
  constructor(store: SessionStore, options: TrackerOptions & { name?: string; format?: SessionFormat } = {}) {
    const { name = "tracker", format = plainFormat } = options;
    const checked = checkTrackerOptions(options);
    this.store = store;
    this.#name = name;
    this.#format = format;
    this.#timeoutMs = store.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const writer = new Writer(store, format, name, checked);
    this.#parts = {
      writer,
      queue: new SaveQueue(writer, checked.onConflict, this.#timeoutMs),
      destroy: (id) => this.destroy(id),
    };
  }

  /** Loads a session. @returns undefined if it does not exist, has expired or was destroyed. */
  async open(id: string): Promise<TrackedSession<D> | undefined> {
    const record = await this.#puts.after(id, () => this.store.get(id));
    if (record === undefined) return undefined;
    const base = baseOf(record, this.#format, knownText(this.store, record));
    if (base === undefined) {
      publish("payload-undecodable", { store: this.#name, reason: this.#format.undecodableReason });
      return undefined;
    }
    const { text, lifetime, fields } = base;
    const state = { status: "stored", snapshot: { text, lifetime }, base } as const;
    return new TrackedSession(this.#parts, id, fields as D, state);
  }

  /** Returns a new session. Its first save stores it. */
  create(id: string): TrackedSession<D> {
    return new TrackedSession(this.#parts, id, {} as D, { status: "new" });
  }

  /**
   * Returns a session with the status "gone", for a request that keeps the id. Its saves write nothing. An example is
   * a request of @fastify/session that calls `reload` after another request has destroyed the session: the framework
   * then goes on with a new session object under the old id.
   */
  gone(id: string): TrackedSession<D> {
    return new TrackedSession(this.#parts, id, {} as D, { status: "gone", endedHere: false });
  }

  /**
   * Creates a session, or replaces it without a merge. Later calls of `put`, `open` and `destroy` with the same id in
   * this process take effect after it.
   */
  async put(id: string, data: D, lifetime: Lifetime): Promise<void> {
    const expiresAt = endOf(lifetime, Date.now());
    const copy = JSON.parse(stringify(data)) as Fields;
    const entry = { data: this.#format.dataOf(copy, expiresAt), expiresAt };
    const deadline = loopNow() + this.#timeoutMs;
    await this.#puts.run(id, async () => {
      for (;;) {
        if ((await this.store.update(id, entry)) !== undefined) return;
        try {
          await this.store.create(id, entry);
          return;
        } catch (error) {
          // Another process created it meanwhile.
          if (!hasCode(error, "ERR_SESSION_EXISTS") || loopNow() >= deadline) throw error;
        }
      }
    });
  }

  /** Destroys a session by id. @returns false if it did not exist. */
  destroy(id: string): Promise<boolean> {
    return this.#puts.after(id, () => this.store.destroy(id));
  }
}
