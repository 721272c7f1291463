import { publish } from "../events.js";
import { isStale } from "../codec/reencode.js";
import type { SessionData, SessionStore } from "../store.js";
import { checkCookie, isCookieData, sameAttributes, withExpiry } from "./cookie.js";
import { reported } from "./to-error.js";
import { entryOf, entryOfImage, fieldsOf, imageOf, termsOf } from "./image.js";
import { type AdapterOptions, type CheckedAdapterOptions, checkAdapterOptions } from "./options.js";
import { SessionWriter } from "./session-writer.js";
import { GONE, type Loaded, Ties } from "./ties.js";

export { GONE, type Loaded };

/**
 * What both adapters do between a framework and a store: remember what each live session was loaded as, and
 * write it by that.
 */
export class SessionCore {
  readonly store: SessionStore;
  readonly #adapter: string;
  readonly #options: CheckedAdapterOptions;
  readonly #writer: SessionWriter;
  readonly #ties = new Ties();

  /** @throws TypeError naming the option that is not valid. */
  constructor(adapter: string, store: SessionStore<object>, options: AdapterOptions) {
    if (typeof store?.get !== "function" || typeof store.update !== "function") {
      throw new TypeError(
        `${adapter} takes a SessionStore: a MemoryStore, a RedisStore or what createStore() gives`,
      );
    }
    this.store = store as SessionStore;
    this.#adapter = adapter;
    this.#options = checkAdapterOptions(options);
    this.#writer = new SessionWriter(adapter, this.store, this.#options);
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
      const image = imageOf(session, this.#options.ttlMs);
      await this.#ties.inTurn(session, (tie, waited) =>
        this.#writer.save(id, tie, image, () => (waited ? entryOfImage(image) : entryOf(session, image))),
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
      const entry = entryOf(session, termsOf(session, this.#options.ttlMs));
      checkCookie(entry);
      if ((await this.store.update(id, entry)) === undefined) await this.store.create(id, entry);
    });
  }

  /** Moves the expiry of a live session that the framework found unchanged. */
  async touch(id: string, session: object): Promise<void> {
    await reported("touch", async () => {
      const terms = termsOf(session, this.#options.ttlMs);
      await this.#ties.inTurn(session, async (tie) => {
        const { loaded } = tie;
        // The frameworks' change detection leaves the cookie out; a touch alone would lose its change.
        const sameCookie =
          loaded === undefined || loaded === GONE || sameAttributes(loaded.cookie, terms.cookie);
        if (sameCookie) return this.#writer.touch(id, tie, terms.expiresAt, () => entryOf(session, terms));
        const image = imageOf(session, this.#options.ttlMs);
        await this.#writer.save(id, tie, image, () => entryOf(session, image));
      });
    });
  }

  async destroy(id: string): Promise<void> {
    await reported("destroy", () => this.store.destroy(id));
  }
}
