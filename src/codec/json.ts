import { show } from "../internal/validation.js";
import type { SessionData } from "../store.js";

/**
 * Turns session data into the text that a store keeps, and back. The id is given so that a codec can
 * bind a payload to its session.
 */
export interface Codec {
  /** @throws TypeError, naming the key, when the data cannot be carried. */
  encode(data: object, id: string): string;
  /** @throws anything, when the text is not what `encode` gives: the store treats it as a miss. */
  decode(text: string, id: string): SessionData;
}

/** @throws TypeError naming the option and what it takes. */
export function codecOption(codec: Codec): Codec {
  if (typeof codec?.encode !== "function" || typeof codec.decode !== "function") {
    throw new TypeError(`codec must be an object with the methods encode and decode, not ${show(codec)}`);
  }
  return codec;
}

/** Without any of these a text names no prototype: a part of `__proto__` and `prototype`, or an escape that may spell it. */
const SUSPECT = ["proto", "\\u"];

/** Far above what a session needs, far below where `JSON.stringify` runs out of stack. */
const MAX_DEPTH = 1_000;

/**
 * Plain JSON. As `JSON.stringify` has it: a Date becomes its ISO string, NaN and Infinity become null,
 * undefined and functions are left out. Keys that could reach a prototype (`__proto__`,
 * `constructor.prototype`) and nesting deeper than 1,000 are refused both ways.
 */
export const jsonCodec: Codec = {
  encode(data) {
    const text = stringify(data);
    if (text[0] !== "{") throw new TypeError("session data must be an object");
    // What could not be read back must not be written: the session would be lost without a word.
    if (isTooDeep(text)) throw notJson(data);
    if (text.includes("proto")) JSON.parse(text, assertNoPrototype); // few texts have it: a part of both keys
    return text;
  },
  decode(text) {
    if (isTooDeep(text)) throw new TypeError(`session data is nested deeper than ${MAX_DEPTH}`);
    // Few texts hold what could reach a prototype, and it takes time to look at each key.
    const isSuspect = SUSPECT.some((part) => text.includes(part));
    const data: unknown = isSuspect ? JSON.parse(text, assertNoPrototype) : JSON.parse(text);
    if (typeof data !== "object" || data === null || Array.isArray(data))
      throw new TypeError("not an object");
    return data as SessionData;
  },
};

/** `JSON.stringify`, with an error that names the key. */
export function stringify(data: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch {
    throw notJson(data);
  }
  if (text === undefined) throw new TypeError("session data must be an object");
  return text;
}

function notJson(data: object): TypeError {
  return new TypeError(
    `session data cannot be stored as JSON: ${culprit(data, [], new Set()) ?? "it changes"}`,
  );
}

/** Walks the data as `JSON.stringify` does, to the first value that it can't take, and says where it is. */
function culprit(value: unknown, path: string[], above: Set<unknown>): string | undefined {
  const at = path.length === 0 ? "it" : `"${path.join(".")}"`;
  if (typeof value === "bigint" || value instanceof BigInt) return `${at} is a BigInt`;
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return undefined;
  if (above.has(value)) return `${at} is part of a cycle`;
  if (above.size >= MAX_DEPTH) return `"${path[0]}" is nested deeper than ${MAX_DEPTH}`;
  let converted: unknown = value;
  let keys: string[];
  try {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") converted = toJSON.call(value, path.at(-1) ?? "");
  } catch {
    return path.length === 0
      ? "its toJSON method throws"
      : `${at} cannot be converted: its toJSON method throws`;
  }
  if (converted !== value) return culprit(converted, path, new Set(above).add(value));
  if (typeof value === "function") return undefined;
  try {
    keys = Object.keys(value);
  } catch {
    return `${at} cannot be read`;
  }
  above.add(value);
  for (const key of keys) {
    let child: unknown;
    try {
      child = (value as SessionData)[key];
    } catch {
      return `the getter of "${[...path, key].join(".")}" throws`;
    }
    const found = culprit(child, [...path, key], above);
    if (found !== undefined) return found;
  }
  above.delete(value);
  return undefined;
}

/** A reviver: what it is called with is a part of the data, and its key. */
function assertNoPrototype(key: string, value: unknown): unknown {
  const names =
    key === "constructor" && typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
  if (names || key === "__proto__")
    throw new TypeError('session data must not hold the key "__proto__" or "constructor.prototype"');
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false; // each level takes an opening and a closing character
  if (count(text, "{") + count(text, "[") <= MAX_DEPTH) return false; // to look at each character takes long
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
