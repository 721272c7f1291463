import { stringify } from "../codec/json.js";
import type { Fields } from "./format.js";
import { type Lifetime, endOf, sameLifetime } from "./lifetime.js";
import type { SaveQueue } from "./save-queue.js";
import type { Origin, SessionState } from "./state.js";
import type { Writer } from "./writer.js";

/** Parts of a tracker that its sessions use. */
export interface TrackerParts {
  readonly queue: SaveQueue;
  readonly writer: Writer;
  readonly destroy: (id: string) => Promise<boolean>;
}

/**
 * One session in one request. It knows the data that the request loaded, so that a save writes only the changes of
 * the request. `SessionTracker` creates it.
 */
export class TrackedSession<D extends object = Fields> {
  /** The session's id. */
  readonly id: string;
  /**
   * Copy of the loaded data for the caller. It is `{}` if nothing was loaded, as for a new session, even if `D` has
   * required fields.
   */
  readonly data: D;
  /** Used by the tracker. @internal */
  state: SessionState;
  /** Used by the tracker. @internal */
  readonly origin: Origin;
  readonly #parts: TrackerParts;

  /** Use `SessionTracker.open` or `SessionTracker.create`. @internal */
  constructor(parts: TrackerParts, id: string, data: D, state: SessionState, origin: Origin = {}) {
    this.#parts = parts;
    this.id = id;
    this.data = data;
    this.state = state;
    this.origin = origin;
  }

  /**
   * Status of the session: `"new"` if nothing is stored yet, `"gone"` if it was destroyed or has expired, else
   * `"stored"`.
   */
  get status(): SessionState["status"] {
    return this.state.status;
  }

  /** The stored expiry, as far as it is known, in epoch milliseconds. */
  get expiresAt(): number | undefined {
    return this.state.status === "stored" ? this.state.base.expiresAt : undefined;
  }

  /**
   * Saves the session. Creates it if it is new. Otherwise applies the changes since the last save to the stored
   * session, extends the expiry if that is due, or does nothing if there is nothing to write.
   * @param data The session's complete data. It is read before this method returns.
   * @param lifetime Milliseconds from now, or a fixed expiry. Without a format that stores the lifetime, the first save
   *   of a loaded session can only extend it: a lifetime that ends earlier has no effect.
   * @returns false if the session was found to be gone. True does not mean that it still exists: if there is nothing to
   *   write, the store is not asked. Set a cookie only if `expiresAt` changed.
   * @throws TypeError if JSON cannot represent the data; SessionExistsError if the id of a new session is in use;
   *   SessionConflictError if other writers changed the session until the deadline; or the error of the store.
   */
  async save(data: D, lifetime: Lifetime): Promise<boolean> {
    return this.saveIfNeeded(data, lifetime) ?? true;
  }

  /** Saves like `save`, but returns undefined instead of a promise if there is nothing to write. */
  saveIfNeeded(data: D, lifetime: Lifetime): Promise<boolean> | undefined {
    return this.#save(stringify(data), data as Fields, lifetime);
  }

  /**
   * Extends the expiry of a session that has not changed since it was loaded or saved, if that is due.
   * @returns false if the session was found to be gone. True does not mean that it still exists: if the extension is not
   *   due, the store is not asked.
   */
  async touch(lifetime: Lifetime): Promise<boolean> {
    const { state } = this;
    if (state.status === "new") return true;
    const text = state.snapshot?.text ?? "";
    return this.#save(text, undefined, lifetime) ?? true;
  }

  /**
   * Destroys the session. Later saves of it, by this or any other request, write nothing.
   * @returns false if it did not exist.
   */
  async destroy(): Promise<boolean> {
    const existed = await this.#parts.destroy(this.id);
    const { state } = this;
    if (state.status === "stored") this.state = { ...state, status: "gone", endedHere: existed };
    else if (state.status === "new") this.state = { status: "gone", endedHere: existed };
    return existed;
  }

  /**
   * Destroys the session and returns its successor under a new id, with empty data. The first save of the successor
   * stores it.
   *
   * If another request destroyed the session meanwhile, the successor does not store the data that the caller copied
   * from the session, so that an ended session is not stored again under a new id.
   */
  async regenerate(newId: string): Promise<TrackedSession<D>> {
    await this.destroy();
    return this.successor(newId);
  }

  /** Returns the successor of a destroyed session, for frameworks that destroy and create in two steps. */
  successor(newId: string): TrackedSession<D> {
    return new TrackedSession<D>(this.#parts, newId, {} as D, { status: "new" }, this.#originOfSuccessor());
  }

  #originOfSuccessor(): Origin {
    const { state } = this;
    const { ended } = this.origin;
    if (state.status === "stored") return { ended };
    // The successor of a session that was never stored has the same origin.
    if (state.status === "new" || state.base === undefined) return this.origin;
    return state.endedHere ? { ended, replaces: state.base } : { ended: state.snapshot };
  }

  #save(text: string, fields: Fields | undefined, lifetime: Lifetime): Promise<boolean> | undefined {
    return this.#isCurrent(text, lifetime)
      ? undefined
      : this.#parts.queue.save(this, { text, lifetime }, fields);
  }

  /** True if there is nothing to write. */
  #isCurrent(text: string, lifetime: Lifetime): boolean {
    const { state } = this;
    if (state.status !== "stored" || text !== state.snapshot.text || state.base.needsWrite) return false;
    const known = state.snapshot.lifetime;
    if (known !== undefined && !sameLifetime(known, lifetime)) return false;
    return !this.#parts.writer.isTouchDue(
      this.id,
      state.base,
      endOf(state.base.lifetime ?? lifetime, Date.now()),
    );
  }
}
