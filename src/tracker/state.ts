import type { SessionRecord } from "../store.js";
import { needsReencode } from "../codec/reencode.js";
import type { SessionFormat } from "./format.js";
import { type Lifetime, hasExpiry } from "./lifetime.js";
import { stringify } from "../codec/json.js";

/**
 * State of a session when the request and the store last had the same one. It has the fields as text, since handlers
 * change nested objects in place.
 */
export interface Snapshot {
  /** JSON of the fields. */
  readonly text: string;
  /** Undefined if the stored data does not contain it. */
  readonly lifetime: Lifetime | undefined;
}

/** The stored record, as far as it is known. */
export interface Base extends Snapshot {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Epoch milliseconds. Undefined if the store does not record it. */
  readonly createdAt: number | undefined;
  /** True if the record has to be written even without changes, since its encoding is outdated or it never expires. */
  readonly needsWrite: boolean;
}

/** The session that a new one replaces, after `regenerate`. */
export interface Origin {
  /** Fields of a session that another request ended. They must not be stored again. */
  readonly ended?: Snapshot | undefined;
  /** The record that this session replaces under a new id. */
  readonly replaces?: Base | undefined;
}

/** A session as one request knows it. */
export type SessionState =
  | { readonly status: "new" }
  | { readonly status: "stored"; readonly snapshot: Snapshot; readonly base: Base }
  | {
      readonly status: "gone";
      /** Set, like `base`, if this request had loaded or stored the session. */
      readonly snapshot?: Snapshot;
      readonly base?: Base;
      /** True if this request destroyed the session. */
      readonly endedHere: boolean;
    };

/** True if both states have the same stored record, so that nothing was written in between. */
export function isUnwritten(before: SessionState, after: SessionState): boolean {
  return before.status === "stored" && after.status === "stored" && before.base === after.base;
}

/**
 * Converts a record to the base of later saves. Returns undefined if its data is not a session of this framework.
 * @param text JSON of the record's data, if it is known.
 */
export function baseOf(record: SessionRecord, format: SessionFormat, text?: string): LoadedBase | undefined {
  const fields = format.fieldsOf(record.data, record.expiresAt);
  if (fields === undefined) return undefined;
  return new LoadedBase(record, fields, format, text && format.textOf?.(fields, record.data, text));
}

/** Base of a session that was just read. It computes the version on demand, since most requests do not need it. */
export class LoadedBase implements Base {
  readonly text: string;
  readonly lifetime: Lifetime | undefined;
  readonly expiresAt: number;
  readonly createdAt: number | undefined;
  readonly needsWrite: boolean;
  /** Copy of the fields for the caller. */
  readonly fields: Record<string, unknown>;
  readonly #record: SessionRecord;

  /** @param text JSON of the fields, if it is known. */
  constructor(
    record: SessionRecord,
    fields: Record<string, unknown>,
    format: SessionFormat,
    text = stringify(fields),
  ) {
    this.#record = record;
    this.fields = fields;
    this.text = text;
    this.lifetime = format.lifetimeOf(fields);
    this.expiresAt = record.expiresAt;
    this.createdAt = record.createdAt;
    this.needsWrite = needsReencode(record.data) || !hasExpiry(record.expiresAt);
  }

  get version(): string {
    return this.#record.version;
  }
}
