import type { CreateOptions, SessionEntry, SessionStore, UpdateOptions } from "../../store.js";
import { Latch } from "./latch.js";

type Method = "get" | "create" | "update" | "touch" | "destroy";

/** Wraps a store. The suite can delay its calls or make them fail before they reach the wrapped store. */
export class GatedStore implements SessionStore {
  /** Long, so that a save never reaches its deadline while the suite delays it. */
  readonly timeoutMs = 60_000;
  readonly absoluteTimeoutMs: number | undefined;
  readonly #inside: SessionStore;
  /** Delays the next save. Undefined if that is not requested. */
  #latch: Latch | undefined;
  /** Delays the current save. */
  #held: Latch | undefined;
  readonly #errors = new Map<Method, Error>();

  constructor(inside: SessionStore) {
    this.#inside = inside;
    this.absoluteTimeoutMs = inside.absoluteTimeoutMs;
  }

  /** Delays the next call of `create` or `update` until the latch is opened. Later calls are not delayed. */
  holdSave(): Latch {
    return (this.#latch = new Latch());
  }

  /** Makes the calls of these methods reject. */
  fail(error: Error, ...methods: Method[]): void {
    for (const method of methods) this.#errors.set(method, error);
  }

  /** Lets all calls reach the wrapped store again. */
  heal(): void {
    this.#held?.open();
    this.#latch = this.#held = undefined;
    this.#errors.clear();
  }

  async get(id: string) {
    await this.#gate("get");
    return this.#inside.get(id);
  }

  async create(id: string, entry: SessionEntry, options?: CreateOptions) {
    const written = copyOf(entry);
    await this.#gate("create");
    return this.#inside.create(id, written, options);
  }

  async update(id: string, entry: SessionEntry, options?: UpdateOptions) {
    const written = copyOf(entry);
    await this.#gate("update");
    return this.#inside.update(id, written, options);
  }

  async touch(id: string, entry: SessionEntry, options?: UpdateOptions) {
    const written = copyOf(entry);
    await this.#gate("touch");
    return this.#inside.touch(id, written, options);
  }

  async destroy(id: string) {
    await this.#gate("destroy");
    return this.#inside.destroy(id);
  }

  ids() {
    return this.#inside.ids();
  }

  count() {
    return this.#inside.count();
  }

  clear() {
    return this.#inside.clear();
  }

  close() {
    return this.#inside.close();
  }

  async #gate(method: Method): Promise<void> {
    if (this.#latch !== undefined && (method === "create" || method === "update")) {
      this.#held = this.#latch;
      this.#latch = undefined;
      await this.#held.wait();
    }
    const error = this.#errors.get(method);
    if (error !== undefined) throw error;
  }
}

/** Copies the entry, since a write must copy it before it returns its promise, even if the suite delays the write. */
function copyOf({ data, expiresAt }: SessionEntry): SessionEntry {
  return { data: structuredClone(data), expiresAt };
}
