import type { SessionRecord } from "../store.js";
import { needsReencode } from "../codec/reencode.js";
import type { SessionFormat } from "./format.js";
import { type Lifetime, hasExpiry } from "./lifetime.js";
import { stringify } from "../codec/json.js";

/** State that a request and the store last agreed on. Fields are kept as text: handlers change nested objects in place. */
export interface Snapshot {
  /** JSON of the fields. */
  readonly text: string;
  /** Undefined if the stored data does not say. */
  readonly lifetime: Lifetime | undefined;
}

/** The record that is last known to be stored. */
export interface Base extends Snapshot {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Epoch milliseconds; undefined if the store does not record it. */
  readonly createdAt: number | undefined;
  /** True if the record has to be written even if nothing changed: its encoding is outdated, or it never expires. */
  readonly needsWrite: boolean;
}

/** Session that a new one follows, after `regenerate`. */
export interface Origin {
  /** Fields of a session that another request ended: they must not be stored again. */
  readonly ended?: Snapshot | undefined;
  /** The record that this session continues under a new id. */
  readonly replaces?: Base | undefined;
}

/** A session as one request knows it. */
export type SessionState =
  | { readonly status: "new" }
  | { readonly status: "stored"; readonly snapshot: Snapshot; readonly base: Base }
  | {
      readonly status: "gone";
      /** Set, as `base` is, if this request had loaded or stored the session. */
      readonly snapshot?: Snapshot;
      readonly base?: Base;
      /** True if this request destroyed the session. */
      readonly endedHere: boolean;
    };

/** True if both states stand on the same record: nothing was written in between. */
export function isUnwritten(before: SessionState, after: SessionState): boolean {
  return before.status === "stored" && after.status === "stored" && before.base === after.base;
}

/** Returns a record as the base of later saves, or undefined if its data is not a session of this framework. */
export function baseOf(record: SessionRecord, format: SessionFormat): LoadedBase | undefined {
  const fields = format.fieldsOf(record.data, record.expiresAt);
  return fields && new LoadedBase(record, fields, format);
}

/** The base of a session that was just read. Computing its version takes time, and most requests do not need it. */
export class LoadedBase implements Base {
  readonly text: string;
  readonly lifetime: Lifetime | undefined;
  readonly expiresAt: number;
  readonly createdAt: number | undefined;
  readonly needsWrite: boolean;
  /** The caller's own copy of the fields. */
  readonly fields: Record<string, unknown>;
  readonly #record: SessionRecord;

  constructor(record: SessionRecord, fields: Record<string, unknown>, format: SessionFormat) {
    this.#record = record;
    this.fields = fields;
    this.text = stringify(fields);
    this.lifetime = format.lifetimeOf(fields);
    this.expiresAt = record.expiresAt;
    this.createdAt = record.createdAt;
    this.needsWrite = needsReencode(record.data) || !hasExpiry(record.expiresAt);
  }

  get version(): string {
    return this.#record.version;
  }
}
