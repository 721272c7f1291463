import { type Codec, jsonCodec, stringify } from "./json.js";
import { PayloadTooLargeError } from "../errors.js";
import { publish } from "../events.js";
import { describe } from "../internal/validation.js";
import { ParseCache } from "./parse-cache.js";
import type { SessionEntry } from "../store.js";

/** Default of `maxPayloadBytes`: 1 MiB. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 1_048_576;

/** Conversion between entries and stored text, with the checks and limits that all stores share. */
export class PayloadFormat<T extends object> {
  readonly #store: string;
  readonly #codec: Codec;
  readonly #maxBytes: number;
  /** Set only for plain JSON: the data of another codec may lose something when it is copied. */
  readonly #cache: ParseCache | undefined;

  constructor(store: string, codec: Codec, maxBytes: number) {
    this.#store = store;
    this.#codec = codec;
    this.#maxBytes = maxBytes;
    this.#cache = codec === jsonCodec ? new ParseCache() : undefined;
  }

  /**
   * Returns the text to store.
   * @throws TypeError if the entry is not valid.
   * @throws PayloadTooLargeError if the text is larger than the limit.
   */
  encode(entry: SessionEntry<T>, id: string): string {
    assertEntry(entry);
    const text = this.#codec.encode(entry.data, id);
    const bytes = this.#tooLarge(text);
    if (bytes !== undefined) throw new PayloadTooLargeError(bytes, this.#maxBytes);
    return text;
  }

  /** Returns the data. Publishes an event and returns undefined if the codec cannot decode the text. */
  decode(text: string, id: string): T | undefined {
    if (this.#tooLarge(text) !== undefined) return this.undecodable("larger than maxPayloadBytes");
    try {
      const data = this.#cache?.read(id, text) ?? this.#codec.decode(text, id);
      return data as T;
    } catch {
      return this.undecodable("not what the codec writes");
    }
  }

  /** Removes a session from the parse cache; without an id, removes all sessions. */
  forget(id?: string): void {
    if (id === undefined) this.#cache?.clear();
    else this.#cache?.forget(id);
  }

  undecodable(reason: string): undefined {
    publish("payload-undecodable", { store: this.#store, reason });
    return undefined;
  }

  #tooLarge(text: string): number | undefined {
    // UTF-8 needs at most three bytes for each UTF-16 code unit, so most payloads need no exact count.
    if (text.length * 3 <= this.#maxBytes) return undefined;
    const bytes = Buffer.byteLength(text);
    return bytes > this.#maxBytes ? bytes : undefined;
  }
}

/** Throws a TypeError if `data` is not an object or `expiresAt` is not valid. */
export function assertEntry(entry: SessionEntry<object>): void {
  if (typeof entry !== "object" || entry === null)
    throw new TypeError(`entry must be an object { data, expiresAt }; received ${describe(entry)}`);
  const data: unknown = entry.data;
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new TypeError(`entry.data must be an object of JSON values; received ${describe(data)}`);
  }
  assertExpiresAt(entry);
}

/** The latest time that a Date can hold (ECMA-262, "Time Values and Time Range"). */
export const MAX_EXPIRES_AT = 8.64e15;

/** The earliest valid `expiresAt`. The current time in epoch seconds is far below it. */
export const MIN_EXPIRES_AT = /* @__PURE__ */ Date.UTC(2001, 0);

/**
 * Throws a TypeError if `expiresAt` is not a time in epoch milliseconds, in 2001 or later. A store calls it before it
 * writes.
 * @example
 * async create(id: string, entry: SessionEntry) {
 *   assertExpiresAt(entry);
 *   return this.#insert(id, entry);
 * }
 */
export function assertExpiresAt(entry: SessionEntry<object>): void {
  const expiresAt: unknown = entry?.expiresAt;
  if (typeof expiresAt !== "number" || !(Math.abs(expiresAt) <= MAX_EXPIRES_AT)) {
    throw new TypeError(
      `entry.expiresAt must be a number of epoch milliseconds that a Date can hold, as in Date.now() + 3_600_000; received ${describe(expiresAt)}`,
    );
  }
  if (expiresAt < MIN_EXPIRES_AT) {
    throw new TypeError(
      `entry.expiresAt must be epoch milliseconds, in 2001 or later, as in Date.now() + 3_600_000; received ${expiresAt}, which is before 2001 (seconds in place of milliseconds?)`,
    );
  }
}

/**
 * Returns a copy of the entry, for a write that waits before it stores the entry.
 * @throws TypeError if the entry is not valid.
 */
export function snapshotOf<T extends object>(entry: SessionEntry<T>): SessionEntry<T> {
  assertEntry(entry);
  return { data: JSON.parse(stringify(entry.data)) as T, expiresAt: entry.expiresAt };
}
