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
 * One session in one request: what the request loaded, so that saving writes what the request changed and nothing
 * else. A tracker makes it: see `SessionTracker`.
 */
export class TrackedSession<D extends object = Fields> {
  readonly id: string;
  /** The caller's own copy of the data as it was loaded; empty for a new session. */
  readonly data: D;
  /** Used by the tracker. */
  state: SessionState;
  /** Used by the tracker. */
  readonly origin: Origin;
  readonly #parts: TrackerParts;

  /** Use `SessionTracker.open` or `SessionTracker.create`. */
  constructor(parts: TrackerParts, id: string, data: D, state: SessionState, origin: Origin = {}) {
    this.#parts = parts;
    this.id = id;
    this.data = data;
    this.state = state;
    this.origin = origin;
  }

  /** `"new"`: nothing is stored yet. `"gone"`: it was destroyed, or has expired. */
  get status(): SessionState["status"] {
    return this.state.status;
  }

  /** The expiry that is last known to be stored, in epoch milliseconds. */
  get expiresAt(): number | undefined {
    return this.state.status === "stored" ? this.state.base.expiresAt : undefined;
  }

  /**
   * Saves the session. Creates it if it is new. Otherwise applies what changed since the last save to what is stored,
   * extends the expiry if it is due, or does nothing if there is nothing to write.
   * @param data the session's data as it should be, read before this returns.
   * @param lifetime milliseconds from now, or a fixed end.
   * @returns false if the session is gone: nothing was written.
   * @throws TypeError if JSON cannot represent the data; SessionExistsError if the id of a new session is taken;
   *   SessionConflictError if other writers changed the session until the deadline; or the store's error.
   */
  async save(data: D, lifetime: Lifetime): Promise<boolean> {
    return this.saveIfNeeded(data, lifetime) ?? true;
  }

  /** Saves like `save`, but returns undefined, and no promise, if there is nothing to write. */
  saveIfNeeded(data: D, lifetime: Lifetime): Promise<boolean> | undefined {
    return this.#save(stringify(data), data as Fields, lifetime);
  }

  /**
   * Extends the expiry of a session that did not change since it was loaded or saved, if that is due.
   * @returns false if the session is gone.
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
   * Destroys the session and returns its successor under a new id, which is stored by its first save.
   *
   * If another request destroyed the session meanwhile, what the successor's data has in common with it is not
   * stored: a session that was ended must not renew itself.
   */
  async regenerate(newId: string): Promise<TrackedSession<D>> {
    await this.destroy();
    return this.successor(newId);
  }

  /** Returns the successor of a session that was destroyed, for frameworks that destroy and create in two steps. */
  successor(newId: string): TrackedSession<D> {
    return new TrackedSession<D>(this.#parts, newId, {} as D, { status: "new" }, this.#originOfSuccessor());
  }

  #originOfSuccessor(): Origin {
    const { state } = this;
    const { ended } = this.origin;
    if (state.status === "stored") return { ended };
    // A session that was never stored leaves its own origin to its successor.
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
