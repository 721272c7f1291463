import parse from "secure-json-parse";
import type { SessionData } from "./store.js";

/**
 * Turns session data into the text that a store keeps, and back. The id is given so that a codec can
 * bind a payload to its session.
 */
export interface Codec {
  /** @throws TypeError, naming the key, when the data cannot be carried. */
  encode(data: SessionData, id: string): string;
  /** @throws anything, when the text is not what `encode` gives: the store treats it as a miss. */
  decode(text: string, id: string): SessionData;
}

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
    if (text.includes("__proto__") || text.includes('"prototype"')) assertReadable(text);
    assertDepth(text);
    return text;
  },
  decode(text) {
    assertDepth(text);
    const data: unknown = parse(text);
    if (typeof data !== "object" || data === null || Array.isArray(data))
      throw new TypeError("not an object");
    return data as SessionData;
  },
};

/** `JSON.stringify`, with an error that names the key. */
export function stringify(data: SessionData): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch {
    throw new TypeError(`session data cannot be stored as JSON: ${culprit(data)}`);
  }
  if (text === undefined) throw new TypeError("session data must be an object");
  return text;
}

/** Finds the key that `JSON.stringify` failed on, by trying each in turn. */
function culprit(value: object, path = "", above: readonly object[] = []): string {
  const at = path === "" ? "its toJSON method" : `"${path}"`;
  for (const key of Object.keys(value)) {
    const keyPath = path === "" ? key : `${path}.${key}`;
    let child: unknown;
    try {
      child = (value as SessionData)[key];
    } catch {
      return `the getter of "${keyPath}" throws`;
    }
    if (typeof child === "bigint") return `"${keyPath}" is a BigInt`;
    if (typeof child !== "object" || child === null) continue;
    if (child === value || above.includes(child)) return `"${keyPath}" is part of a cycle`;
    if (above.length >= MAX_DEPTH) return `"${keyPath.slice(0, 100)}…" is nested deeper than ${MAX_DEPTH}`;
    try {
      JSON.stringify(child);
    } catch {
      return culprit(child, keyPath, [...above, value]);
    }
  }
  return `${at} cannot be converted`;
}

function assertReadable(text: string): void {
  try {
    parse(text);
  } catch {
    throw new TypeError('session data must not hold the key "__proto__" or "constructor.prototype"');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function assertDepth(text: string): void {
  if (text.length <= 2 * MAX_DEPTH) return; // each level takes an opening and a closing character
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === BACKSLASH) i++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > MAX_DEPTH) throw new TypeError(`session data is nested deeper than ${MAX_DEPTH}`);
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
}
