import { hasCode } from "../errors.js";
import { publish, type SessionaryEvents } from "../events.js";
import type { SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { checkCookie, isEnd } from "./cookie.js";
import { ConflictMerger } from "./conflict-merger.js";
import { type Image, sameImage } from "./image.js";
import type { CheckedAdapterOptions } from "./options.js";
import { GONE, type Loaded, type LoadedImage, type Tie } from "./ties.js";

/**
 * What saving a live session comes to: tells a create from an update, drops a save whose session is gone, merges
 * what crossed, touches instead of writing what did not change.
 */
export class SessionWriter {
  readonly #adapter: string;
  readonly #store: SessionStore;
  readonly #onConflict: CheckedAdapterOptions["onConflict"];
  readonly #touchAfterMs: number;
  readonly #merger: ConflictMerger;
  #detectsConflicts: boolean;

  constructor(
    adapter: string,
    store: SessionStore,
    { onConflict, touchAfterMs }: Pick<CheckedAdapterOptions, "onConflict" | "touchAfterMs">,
  ) {
    this.#adapter = adapter;
    this.#store = store;
    this.#onConflict = onConflict;
    this.#touchAfterMs = touchAfterMs;
    this.#merger = new ConflictMerger(store);
    this.#detectsConflicts = onConflict !== "overwrite";
  }

  /** @param entryNow is asked before anything is waited for, and only when something is to be written. */
  async save(id: string, tie: Tie, image: Image, entryNow: () => SessionEntry): Promise<void> {
    const { loaded } = tie;
    if (loaded === GONE) return drop("save");
    if (loaded !== undefined && sameImage(loaded, image))
      return this.touch(id, tie, image.expiresAt, entryNow);
    const entry = entryNow();
    checkCookie(entry);
    if (loaded === undefined) {
      const version = await this.#store.create(id, entry);
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
      const current = await this.#store.get(id);
      return current && this.#merge(id, loaded, image, current);
    }
    const options: UpdateOptions =
      this.#detectsConflicts && loaded.stored ? { ifVersion: loaded.stored.version } : {};
    try {
      const version = await this.#store.update(id, entry, options);
      return version === undefined ? undefined : { ...image, stored: { version } };
    } catch (error) {
      if (hasCode(error, "ERR_SCRIPTS_FORBIDDEN") && options.ifVersion !== undefined) {
        this.#stopDetecting();
        return this.#update(id, loaded, image, entry);
      }
      if (!hasCode(error, "ERR_SESSION_CONFLICT")) throw error;
      if (this.#onConflict === "reject") {
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

  async touch(id: string, tie: Tie, expiresAt: number, entryNow: () => SessionEntry): Promise<void> {
    const { loaded } = tie;
    if (loaded === GONE) return drop("touch");
    // A touch leaves a key without an expiry as it is.
    if ((loaded?.isStale || (loaded !== undefined && !isEnd(loaded.expiresAt))) && loaded.stored)
      return this.#rewrite(id, tie, loaded, loaded.stored.version, entryNow());
    if (loaded !== undefined && !this.#touchIsDue(loaded.expiresAt, expiresAt)) return;
    if (!(await this.#store.touch(id, entryNow()))) {
      tie.loaded = GONE;
      drop("touch");
    } else if (loaded !== undefined) tie.loaded = { ...loaded, expiresAt };
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
      const version = await this.#store.update(id, entry, { ifVersion });
      tie.loaded =
        version === undefined ? GONE : { ...fresh, expiresAt: entry.expiresAt, stored: { version } };
      if (version === undefined) drop("touch");
    } catch (error) {
      if (!hasCode(error, "ERR_SESSION_CONFLICT") && !hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) throw error;
      tie.loaded = fresh;
      await this.touch(id, tie, entry.expiresAt, () => entry);
    }
  }

  /** From the stored expiry, so that all processes share one window. */
  #touchIsDue(storedExpiresAt: number, expiresAt: number): boolean {
    const windowMs = Math.min(this.#touchAfterMs, (expiresAt - Date.now()) / 10);
    return expiresAt - storedExpiresAt >= windowMs;
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
