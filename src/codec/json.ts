import { describe } from "../internal/validation.js";
import type { SessionData } from "../store.js";
import { MAX_DEPTH, findUnserializable } from "./find-unserializable.js";

/** Converts session data to the text that a store writes, and back. */
export interface Codec {
  /**
   * Returns the text to store.
   * @param id Id of the session, for a codec that binds the text to its session.
   * @throws TypeError that names the field that cannot be stored.
   */
  encode(data: object, id: string): string;
  /** Returns the data. Throws any error if `encode` did not write the text; the session then counts as missing. */
  decode(text: string, id: string): SessionData;
}

/** Throws a TypeError if the option is not a codec. */
export function codecOption(codec: Codec): Codec {
  if (typeof codec?.encode !== "function" || typeof codec.decode !== "function") {
    throw new TypeError(
      `codec must be an object with the methods encode and decode; received ${describe(codec)}`,
    );
  }
  return codec;
}

/** Parts of a JSON text that may have the key `__proto__` or `prototype`; a `\\u` escape may hide one. */
const SUSPECT = ["proto", "\\u"];

/**
 * Codec for plain JSON, with the conversions of `JSON.stringify`: a Date is stored as its ISO string, a Buffer as
 * `{ type: "Buffer", data: […] }`, an instance of a class as its own fields, NaN and Infinity as null; undefined and
 * functions are omitted.
 *
 * Throws a TypeError for data that it cannot store: a BigInt, a Map, a Set, a cycle, a getter or `toJSON` that
 * throws, a key that could reach a prototype (`__proto__`, `constructor.prototype`), nesting deeper than 1,000.
 */
export const jsonCodec: Codec = {
  encode(data) {
    const text = stringify(data);
    if (text[0] !== "{") throw new TypeError("session data must be an object");
    // Never write a text that `decode` refuses: the session would be lost silently.
    if (isTooDeep(text)) throw notJson(data);
    if (text.includes("proto")) JSON.parse(text, assertNoPrototype); // rare: both keys contain it
    return text;
  },
  decode(text) {
    if (isTooDeep(text)) throw new TypeError(`session data is nested deeper than ${MAX_DEPTH}`);
    // A reviver is slow; few texts need one.
    const isSuspect = SUSPECT.some((part) => text.includes(part));
    const data: unknown = isSuspect ? JSON.parse(text, assertNoPrototype) : JSON.parse(text);
    if (typeof data !== "object" || data === null || Array.isArray(data))
      throw new TypeError("not an object");
    return data as SessionData;
  },
};

/** Returns the data as JSON. Throws a TypeError that names the field that JSON cannot represent. */
export function stringify(data: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch {
    throw notJson(data);
  }
  if (text === undefined) throw new TypeError("session data must be an object");
  // JSON.stringify writes a Map or a Set as an empty object.
  if (text.includes("{}") && findUnserializable(data) !== undefined) throw notJson(data);
  return text;
}

function notJson(data: object): TypeError {
  const reason = findUnserializable(data) ?? "its values change while they are read";
  return new TypeError(`session data cannot be stored as JSON: ${reason}`);
}

/** Throws a TypeError for a key that could reach a prototype. Use it as the reviver of `JSON.parse`. */
function assertNoPrototype(key: string, value: unknown): unknown {
  const isConstructor =
    key === "constructor" && typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
  if (isConstructor || key === "__proto__")
    throw new TypeError('session data must not have the key "__proto__" or "constructor.prototype"');
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false; // each level has an opening and a closing character
  if (count(text, "{") + count(text, "[") <= MAX_DEPTH) return false; // scanning each character is slow
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === BACKSLASH) i++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return false;
}

function count(text: string, char: string): number {
  let found = 0;
  for (let at = text.indexOf(char); at !== -1; at = text.indexOf(char, at + 1)) found++;
  return found;
}
