import { LRUCache } from "lru-cache";
import { hasCode } from "../errors.js";
import { publish } from "../events.js";
import type { SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import type { Next } from "./combine.js";
import { stringify } from "../codec/json.js";
import type { Fields, SessionFormat } from "./format.js";
import { merge } from "./merge.js";
import { isTouchDue } from "./lifetime.js";
import type { CheckedTrackerOptions } from "./options.js";
import { type Base, type Origin, type Snapshot, baseOf } from "./state.js";

/**
 * Number of sessions whose last touch is remembered, so that requests which read the session before it do not repeat
 * it.
 */
const MAX_TOUCHED = 10_000;

/** Time after which the writer detects conflicts again in a store that forbade scripts, in milliseconds. */
const DETECT_AGAIN_AFTER_MS = 10_000;

/** Id and origin of a session. */
interface Named {
  readonly id: string;
  readonly origin: Origin;
}

/** Writes records with a compare-and-set. */
export class Writer {
  readonly #store: SessionStore;
  readonly #format: SessionFormat;
  readonly #name: string;
  readonly #options: CheckedTrackerOptions;
  readonly #touched = new LRUCache<string, Base>({ max: MAX_TOUCHED });
  /** Time of `performance.now()` at which to detect conflicts again. Set while the store forbids scripts. */
  #detectsAgainAt: number | undefined;

  constructor(store: SessionStore, format: SessionFormat, name: string, options: CheckedTrackerOptions) {
    this.#store = store;
    this.#format = format;
    this.#name = name;
    this.#options = options;
  }

  /** Returns a new session without the fields that it has in common with the ended session that it replaces. */
  withoutEnded(next: Next, ended: Snapshot): Next {
    const fields = next.fields();
    const own = merge(
      JSON.parse(ended.text) as Fields,
      JSON.parse(next.text) as Fields,
      this.#format.emptyOf(fields),
    );
    return { ...next, text: stringify(own), fields: () => own };
  }

  /**
   * Creates the record of a new session.
   * @throws SessionExistsError if the id is in use.
   */
  async create(id: string, next: Next, replaces: Base | undefined): Promise<Base> {
    const entry = { data: this.#format.dataOf(next.fields(), next.expiresAt), expiresAt: next.expiresAt };
    const version = await (replaces === undefined
      ? this.#store.create(id, entry)
      : this.#store.create(id, entry, { replaces: this.#recordOf(replaces) }));
    return this.#written(next, version, replaces?.createdAt ?? Date.now());
  }

  /**
   * Replaces the base by the next record, extends its expiry, or does nothing if neither is needed.
   * @returns the record that is stored afterwards, or undefined if the session is gone.
   * @throws SessionConflictError if another version than the base is stored.
   */
  async replace({ id, origin }: Named, base: Base, next: Next): Promise<Base | undefined> {
    if (!next.changed) return this.isTouchDue(id, base, next.expiresAt) ? this.#touch(id, base, next) : base;
    const data = this.#format.dataOf(next.fields(), next.expiresAt);
    const entry = { data, expiresAt: next.expiresAt };
    const { replaces } = origin;
    const options = { ...this.#optionsFor(base), ...(replaces && { replaces: this.#recordOf(replaces) }) };
    const version = await this.#detecting(
      options,
      () => this.#store.update(id, entry, options),
      () => this.#store.update(id, entry, withoutVersion(options)),
    );
    return version === undefined ? undefined : this.#written(next, version, base.createdAt);
  }

  /** True if the expiry of an unchanged session has to be written. */
  isTouchDue(id: string, base: Base, expiresAt: number): boolean {
    const now = Date.now();
    const { touchAfterMs } = this.#options;
    const end = this.#capped(base, expiresAt);
    if (!isTouchDue(base.expiresAt, end, touchAfterMs, now)) return false;
    const touched = this.#touched.get(id);
    if (touched?.version !== base.version) return true;
    return isTouchDue(Math.max(base.expiresAt, touched.expiresAt), end, touchAfterMs, now);
  }

  /** Returns a record as the base of a save, or undefined if its data is not a session of this framework. */
  baseOf(record: SessionRecord): Base | undefined {
    return baseOf(record, this.#format);
  }

  async #touch(id: string, base: Base, next: Next): Promise<Base | undefined> {
    const expiresAt = this.#capped(base, next.expiresAt);
    const entry = { data: this.#format.dataOf(next.fields(), expiresAt), expiresAt };
    const options = this.#optionsFor(base);
    const exists = await this.#detecting(
      options,
      () => this.#store.touch(id, entry, options),
      () => this.#store.touch(id, entry, withoutVersion(options)),
    );
    if (!exists) return undefined;
    const touched: Base = { ...plain(base), expiresAt };
    this.#touched.set(id, touched);
    return touched;
  }

  /** Limits an expiry to the store's absolute timeout, as the store does. */
  #capped({ createdAt }: Pick<Base, "createdAt">, expiresAt: number): number {
    const { absoluteTimeoutMs } = this.#store;
    if (createdAt === undefined || absoluteTimeoutMs === undefined) return expiresAt;
    return Math.min(expiresAt, createdAt + absoluteTimeoutMs);
  }

  /**
   * Returns a record that was just stored. Limits its expiry as for a session that is created now: a login starts a
   * new lifetime, and only the store knows whether this write was a login.
   */
  #written({ text, lifetime, expiresAt }: Next, version: string, createdAt: number | undefined): Base {
    const end = this.#capped({ createdAt: Date.now() }, expiresAt);
    return { text, lifetime, expiresAt: end, version, createdAt, needsWrite: false };
  }

  #optionsFor(base: Base): UpdateOptions {
    if (this.#options.onConflict === "overwrite") return {};
    if (this.#detectsAgainAt !== undefined && performance.now() < this.#detectsAgainAt) return {};
    return { ifVersion: base.version };
  }

  /** Runs a write that detects conflicts. If the store forbids scripts, runs one that does not. */
  async #detecting<R>(
    options: UpdateOptions,
    detecting: () => Promise<R>,
    plainly: () => Promise<R>,
  ): Promise<R> {
    try {
      const result = await detecting();
      if (options.ifVersion !== undefined) this.#detectsAgainAt = undefined;
      return result;
    } catch (error) {
      if (options.ifVersion === undefined || !hasCode(error, "ERR_SCRIPTS_FORBIDDEN")) throw error;
      this.#stopDetecting();
      return plainly();
    }
  }

  #stopDetecting(): void {
    const isKnown = this.#detectsAgainAt !== undefined;
    this.#detectsAgainAt = performance.now() + DETECT_AGAIN_AFTER_MS;
    if (isKnown) return;
    publish("conflict-detection-off", { adapter: this.#name });
    process.emitWarning(
      "the session store forbids scripts: of two requests that change a session at the same time, the later write wins",
      { type: "SessionaryWarning" },
    );
  }

  #recordOf(base: Base): Pick<SessionRecord, "data" | "createdAt"> {
    const data = this.#format.dataOf(JSON.parse(base.text) as Record<string, unknown>, base.expiresAt);
    return { data, ...(base.createdAt !== undefined && { createdAt: base.createdAt }) };
  }
}

function plain({ text, lifetime, expiresAt, version, createdAt, needsWrite }: Base): Base {
  return { text, lifetime, expiresAt, version, createdAt, needsWrite };
}

function withoutVersion({ ifVersion: _, ...options }: UpdateOptions): UpdateOptions {
  return options;
}
