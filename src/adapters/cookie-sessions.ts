import type { SessionData, SessionStore } from "../store.js";
import { SessionTracker, type TrackedSession } from "../tracker/index.js";
import { publish } from "../events.js";
import { privateField } from "../internal/private-field.js";
import { endOf } from "../tracker/lifetime.js";
import { checkCookie } from "./cookie.js";
import { CookieFormat, sameAttributes, withDates } from "./cookie-format.js";
import { type AdapterOptions, checkAdapterOptions } from "./options.js";
import { checkStore } from "../check-store.js";
import { toError, withFailureEvent } from "../tracker/to-error.js";

/**
 * Loads and saves the sessions of a framework that stores the cookie in the session data, with a tracker that is
 * independent of cookies.
 */
export class CookieSessions {
  readonly store: SessionStore;
  readonly tracker: SessionTracker;
  readonly #format: CookieFormat;
  readonly #tracked = privateField<TrackedSession>();

  /** @throws TypeError if the store is not a SessionStore or an option is invalid. */
  constructor(adapter: string, store: SessionStore<object>, options: AdapterOptions) {
    const checked = checkStore(adapter, store);
    const { ttlMs, onConflict, touchAfterMs } = checkAdapterOptions(options);
    this.store = checked as SessionStore;
    this.#format = new CookieFormat(ttlMs);
    this.tracker = new SessionTracker(this.store, {
      name: adapter,
      format: this.#format,
      onConflict,
      touchAfterMs,
    });
  }

  /** Loads a session. `data` is for the framework. Its cookie has the real expiry. */
  async load(id: string): Promise<{ data: SessionData; tracked: TrackedSession } | undefined> {
    const tracked = await this.tracker.open(id);
    if (tracked === undefined) return undefined;
    const cookie = withDates(tracked.data.cookie as SessionData, tracked.expiresAt!);
    const data = { ...tracked.data, cookie };
    this.track(data, tracked);
    return { data, tracked };
  }

  /** Connects a session object, or the data that `load` returned, with its tracked session. */
  track(session: object, tracked: TrackedSession): void {
    this.#tracked.set(session, tracked);
  }

  trackedOf(session: object): TrackedSession | undefined {
    return this.#tracked.get(session);
  }

  /**
   * Saves a session.
   * @returns false if the session is gone and nothing was written.
   * @throws TypeError if the data or the cookie cannot be stored; the error of the store.
   */
  save(tracked: TrackedSession, session: object): Promise<boolean> {
    return withFailureEvent("save", async () => {
      const { fields, lifetime } = this.#read(tracked, session);
      return tracked.save(fields, lifetime);
    });
  }

  /** Saves like `save`, but returns undefined instead of a promise if there is nothing to write. */
  saveIfNeeded(tracked: TrackedSession, session: object): Promise<boolean> | undefined {
    try {
      const { fields, lifetime } = this.#read(tracked, session);
      const saving = tracked.saveIfNeeded(fields, lifetime);
      return saving && withFailureEvent("save", () => saving);
    } catch (error) {
      return withFailureEvent("save", () => Promise.reject(toError(error)));
    }
  }

  /** Extends the expiry of a session that is unchanged according to the framework. @returns false if it is gone. */
  touch(tracked: TrackedSession, session: object): Promise<boolean> {
    return withFailureEvent("touch", async () => {
      const known = tracked.data.cookie as SessionData | undefined;
      const { fields, lifetime } = this.#read(tracked, session);
      // The change detection of the frameworks ignores the cookie.
      const isSame = known !== undefined && sameAttributes(known, fields.cookie as SessionData);
      return isSame ? tracked.touch(lifetime) : tracked.save(fields, lifetime);
    });
  }

  /**
   * Saves a session that `load` returned for this id. Any other object replaces the session with this id or creates
   * it.
   */
  async put(id: string, session: object): Promise<void> {
    const tracked = this.#tracked.get(session);
    if (tracked?.id === id) return void (await this.save(tracked, session));
    await withFailureEvent("save", async () => {
      const { fields, lifetime } = this.#read(undefined, session);
      await this.tracker.put(id, fields, lifetime);
    });
  }

  /** Extends the expiry of a session by its id. @returns false if it does not exist. */
  touchById(id: string, session: object): Promise<boolean> {
    return withFailureEvent("touch", async () => {
      const { fields, lifetime } = this.#format.read(session, undefined);
      const expiresAt = endOf(lifetime, Date.now());
      const exists = await this.store.touch(id, { data: this.#format.dataOf(fields, expiresAt), expiresAt });
      if (!exists) publish("save-dropped", { operation: "touch" });
      return exists;
    });
  }

  /** Destroys a session. @returns false if it did not exist. */
  destroy(session: TrackedSession | string): Promise<boolean> {
    return withFailureEvent("destroy", async () =>
      typeof session === "string" ? this.tracker.destroy(session) : session.destroy(),
    );
  }

  #read(tracked: TrackedSession | undefined, session: object) {
    const known = tracked?.data.cookie as SessionData | undefined;
    const read = this.#format.read(session, known);
    const cookie = read.fields.cookie as SessionData;
    if (cookie !== known) checkCookie(withDates(cookie, 0));
    if (tracked !== undefined) tracked.data.cookie = cookie;
    return read;
  }
}
