import { type Codec, jsonCodec, stringify } from "./json.js";
import { PayloadTooLargeError } from "../errors.js";
import { publish } from "../events.js";
import { show } from "../internal/validation.js";
import { ParsedSessions } from "./parse-cache.js";
import type { SessionEntry } from "../store.js";

/** @default 1 MiB; in bytes of UTF-8 */
export const DEFAULT_MAX_PAYLOAD_BYTES = 1_048_576;

/** How a store turns entries into what it keeps, and what it finds into data: one rule for all stores. */
export class PayloadFormat<T extends object> {
  readonly #store: string;
  readonly #codec: Codec;
  readonly #maxBytes: number;
  /** For plain JSON alone: what another codec makes of a text may be more than a copy can tell. */
  readonly #parsed: ParsedSessions | undefined;

  constructor(store: string, codec: Codec, maxBytes: number) {
    this.#store = store;
    this.#codec = codec;
    this.#maxBytes = maxBytes;
    this.#parsed = codec === jsonCodec ? new ParsedSessions() : undefined;
  }

  /**
   * @throws TypeError when the entry is not valid.
   * @throws PayloadTooLargeError when it takes more than the limit.
   */
  encode(entry: SessionEntry<T>, id: string): string {
    assertEntry(entry);
    const text = this.#codec.encode(entry.data, id);
    const bytes = this.#tooLarge(text);
    if (bytes !== undefined) throw new PayloadTooLargeError(bytes, this.#maxBytes);
    return text;
  }

  /** @returns `undefined`, and publishes an event, when the text is not a session. */
  decode(text: string, id: string): T | undefined {
    if (this.#tooLarge(text) !== undefined) return this.undecodable("larger than maxPayloadBytes");
    try {
      const data = this.#parsed?.read(id, text) ?? this.#codec.decode(text, id);
      return data as T;
    } catch {
      return this.undecodable("not what the codec writes");
    }
  }

  /** Lets go of what is kept of a session that was destroyed; without an id, of all. */
  forget(id?: string): void {
    if (id === undefined) this.#parsed?.clear();
    else this.#parsed?.forget(id);
  }

  undecodable(reason: string): undefined {
    publish("payload-undecodable", { store: this.#store, reason });
    return undefined;
  }

  #tooLarge(text: string): number | undefined {
    // UTF-8 takes at most three bytes for one UTF-16 unit: most payloads need no exact count.
    if (text.length * 3 <= this.#maxBytes) return undefined;
    const bytes = Buffer.byteLength(text);
    return bytes > this.#maxBytes ? bytes : undefined;
  }
}

/** Throws a TypeError when `data` is not an object or `expiresAt` is not valid. */
export function assertEntry(entry: SessionEntry<object>): void {
  if (typeof entry !== "object" || entry === null)
    throw new TypeError("entry must be an object { data, expiresAt }");
  const data: unknown = entry.data;
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new TypeError("entry.data must be an object of JSON values");
  }
  assertExpiresAt(entry);
}

/** The latest time that a Date can hold (ECMA-262, "Time Values and Time Range"). */
export const MAX_EXPIRES_AT = 8.64e15;

/** The earliest `expiresAt`: the present as epoch seconds is far below it. */
export const MIN_EXPIRES_AT = Date.UTC(2001, 0);

/** Throws a TypeError when `expiresAt` is not a time in epoch milliseconds. */
export function assertExpiresAt(entry: SessionEntry<object>): void {
  const expiresAt: unknown = entry?.expiresAt;
  if (typeof expiresAt !== "number" || !(Math.abs(expiresAt) <= MAX_EXPIRES_AT)) {
    throw new TypeError(
      `entry.expiresAt must be a number of epoch milliseconds that a Date can hold, as in Date.now() + 3_600_000; received ${show(expiresAt)}`,
    );
  }
  if (expiresAt < MIN_EXPIRES_AT) {
    throw new TypeError(
      `entry.expiresAt must be epoch milliseconds, in 2001 or later, as in Date.now() + 3_600_000; received ${expiresAt}, which is before 2001 (seconds in place of milliseconds?)`,
    );
  }
}

/**
 * The entry as it is now, for a write that has to wait before it can store it.
 * @throws TypeError when the entry is not valid.
 */
export function snapshotOf<T extends object>(entry: SessionEntry<T>): SessionEntry<T> {
  assertEntry(entry);
  return { data: JSON.parse(stringify(entry.data)) as T, expiresAt: entry.expiresAt };
}
