import { hasCode } from "../errors.js";
import { publish, type SessionaryEvents } from "../events.js";
import { isStale } from "../stale.js";
import type { SessionData, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { type CookieData, checkCookie, isCookieData, sameAttributes, withExpiry } from "./cookie.js";
import { ConflictMerger } from "./conflict-merger.js";
import { reported } from "./fault.js";
import { type Image, entryOf, entryOfImage, fieldsOf, imageOf, sameImage } from "./image.js";
import { type AdapterOptions, type CheckedAdapterOptions, checkAdapterOptions } from "./options.js";
import { GONE, type Loaded, type LoadedImage, type Tie, Ties } from "./ties.js";

export { GONE, type Loaded };

/**
 * What both adapters do between a framework and a store: tell a create from an update, drop a save
 * whose session is gone, merge what crossed, touch instead of writing what did not change.
 */
export class SessionCore {
  readonly store: SessionStore;
  readonly #adapter: string;
  readonly #options: CheckedAdapterOptions;
  readonly #merger: ConflictMerger;
  readonly #ties = new Ties();
  #detectsConflicts: boolean;

  /** @throws TypeError naming the option that is not valid. */
  constructor(adapter: string, store: SessionStore, options: AdapterOptions) {
    if (typeof store?.get !== "function" || typeof store.update !== "function") {
      throw new TypeError(
        `${adapter} takes a SessionStore: a MemoryStore, a RedisStore or what createStore() gives`,
      );
    }
    this.store = store;
    this.#adapter = adapter;
    this.#options = checkAdapterOptions(options);
    this.#merger = new ConflictMerger(store);
    this.#detectsConflicts = this.#options.onConflict !== "overwrite";
  }

  /** What the framework is to make its session of, its cookie stamped with the real expiry. */
  async load(id: string): Promise<{ data: SessionData; loaded: Loaded } | undefined> {
    const record = await this.store.get(id);
    if (record === undefined) return undefined;
    const { data, expiresAt } = record;
    if (!isCookieData(data.cookie)) {
      publish("payload-undecodable", { store: this.#adapter, reason: "not a session with a cookie" });
      return undefined;
    }
    const cookie = withExpiry(data.cookie, expiresAt);
    const loaded = { fields: fieldsOf(data), cookie, expiresAt, stored: record, isStale: isStale(data) };
    data.cookie = { ...cookie };
    this.#ties.set(data, { id, loaded });
    return { data, loaded };
  }

  /** Ties what was loaded to the live session object that the framework made of it. */
  tie(session: object, loaded: Loaded): void {
    this.#ties.set(session, { loaded });
  }

  isTied(session: object): boolean {
    return this.#ties.get(session) !== undefined;
  }

  loadedOf(session: object): Loaded | undefined {
    return this.#ties.get(session)?.loaded;
  }

  /**
   * Stores a live session. A session that is gone is not an error: nothing is written.
   * @throws TypeError, and what the store rejects with.
   */
  async save(id: string, session: object): Promise<void> {
    await reported("save", async () => {
      const { image, entry } = imageOf(session, this.#options.ttlMs);
      await this.#ties.inTurn(session, (tie, waited) =>
        this.#save(id, tie, image, waited ? entryOfImage(image) : entry),
      );
    });
  }

  /**
   * Stores an object that is no live session, by hand: what `load` gave for this id as a save does, and
   * anything else whatever there is.
   */
  async setByHand(id: string, session: object): Promise<void> {
    if (this.#ties.get(session)?.id === id) return this.save(id, session);
    await reported("save", async () => {
      const { image, entry } = imageOf(session, this.#options.ttlMs);
      checkCookie(image.cookie);
      if ((await this.store.update(id, entry)) === undefined) await this.store.create(id, entry);
    });
  }

  /** Moves the expiry of a live session that the framework found unchanged. */
  async touch(id: string, session: object): Promise<void> {
    await reported("touch", async () => {
      const entry = entryOf(session, this.#options.ttlMs);
      await this.#ties.inTurn(session, async (tie) => {
        const { loaded } = tie;
        // The frameworks' change detection leaves the cookie out; a touch alone would lose its change.
        const sameCookie =
          loaded === undefined ||
          loaded === GONE ||
          sameAttributes(loaded.cookie, entry.data.cookie as CookieData);
        if (sameCookie) return this.#touch(id, tie, entry);
        const now = imageOf(session, this.#options.ttlMs);
        await this.#save(id, tie, now.image, now.entry);
      });
    });
  }

  async destroy(id: string): Promise<void> {
    await reported("destroy", () => this.store.destroy(id));
  }

  async #save(id: string, tie: Tie, image: Image, entry: SessionEntry): Promise<void> {
    const { loaded } = tie;
    if (loaded === GONE) return drop("save");
    if (loaded !== undefined && sameImage(loaded, image)) return this.#touch(id, tie, entry);
    checkCookie(image.cookie);
    if (loaded === undefined) {
      const version = await this.store.create(id, entry);
      tie.loaded = { ...image, stored: { version } };
    } else {
      tie.loaded = (await this.#update(id, loaded, image, entry)) ?? GONE;
      if (tie.loaded === GONE) drop("save");
    }
  }

  /** @returns what the live session then stands on, or `undefined` when the session is gone. */
  async #update(
    id: string,
    loaded: LoadedImage,
    image: Image,
    entry: SessionEntry,
  ): Promise<Loaded | undefined> {
    if (loaded.stored === undefined && this.#detectsConflicts) {
      const current = await this.store.get(id);
      return current && this.#merge(id, loaded, image, current);
    }
    const options: UpdateOptions =
      this.#detectsConflicts && loaded.stored ? { ifVersion: loaded.stored.version } : {};
    try {
      const version = await this.store.update(id, entry, options);
      return version === undefined ? undefined : { ...image, stored: { version } };
    } catch (error) {
      if (hasCode(error, "ERR_SCRIPTS_FORBIDDEN") && options.ifVersion !== undefined) {
        this.#stopDetecting();
        return this.#update(id, loaded, image, entry);
      }
      if (!hasCode(error, "ERR_SESSION_CONFLICT")) throw error;
      if (this.#options.onConflict === "reject") {
        publish("conflict-rejected", { attempts: 1 });
        throw error;
      }
      return this.#merge(id, loaded, image, error.current);
    }
  }

  async #merge(
    id: string,
    loaded: LoadedImage,
    image: Image,
    current: SessionRecord,
  ): Promise<Loaded | undefined> {
    const merged = await this.#merger.merge(id, loaded, image, current);
    return merged && { ...image, expiresAt: merged.expiresAt };
  }

  async #touch(id: string, tie: Tie, entry: SessionEntry): Promise<void> {
    const { loaded } = tie;
    if (loaded === GONE) return drop("touch");
    if (loaded?.isStale && loaded.stored) return this.#rewrite(id, tie, loaded, loaded.stored.version, entry);
    if (loaded !== undefined && !this.#touchIsDue(loaded.expiresAt, entry.expiresAt)) return;
    if (!(await this.store.touch(id, entry))) {
      tie.loaded = GONE;
      drop("touch");
    } else if (loaded !== undefined) tie.loaded = { ...loaded, expiresAt: entry.expiresAt };
  }

  /** Writes an unchanged session anew, unless another request has: then it is touched. */
  async #rewrite(
    id: string,
    tie: Tie,
    loaded: LoadedImage,
    ifVersion: string,
    entry: SessionEntry,
  ): Promise<void> {
    const fresh = { ...loaded, isStale: false };
    try {
      const version = await this.store.update(id, entry, { ifVersion });
      tie.loaded =
        version === undefined ? GONE : { ...fresh, expiresAt: entry.expiresAt, stored: { version } };
      if (version === undefined) drop("touch");
    } catch (error) {
      if (!hasCode(error, "ERR_SESSION_CONFLICT") && !hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) throw error;
      tie.loaded = fresh;
      await this.#touch(id, tie, entry);
    }
  }

  /** From the stored expiry, so that all processes share one window. */
  #touchIsDue(storedExpiresAt: number, expiresAt: number): boolean {
    const windowMs = Math.min(this.#options.touchAfterMs, (expiresAt - Date.now()) / 10);
    return Math.abs(expiresAt - storedExpiresAt) >= windowMs;
  }

  #stopDetecting(): void {
    if (!this.#detectsConflicts) return;
    this.#detectsConflicts = false;
    publish("conflict-detection-off", { adapter: this.#adapter });
    process.emitWarning(
      "the session store forbids scripts: of two requests that change a session at once, the later one wins",
      { type: "SessionaryWarning" },
    );
  }
}

function drop(operation: SessionaryEvents["save-dropped"]["operation"]): void {
  publish("save-dropped", { operation });
}
