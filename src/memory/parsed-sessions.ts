import { klona } from "klona/json";
import type { SessionData } from "../store.js";

/** A text, and what it became when it was parsed; `ONCE` when it was parsed once so far. */
export interface Parsable {
  text: string;
  parsed: SessionData | typeof ONCE | undefined;
}
const ONCE = Symbol("once");

/** Of texts whose parsed form is kept, which takes about three times as many bytes. */
const MAX_CHARACTERS = 4_000_000;

/**
 * Keeps the parsed form of the sessions that were read lately. To copy it takes a quarter of the time of
 * parsing the text. The first read of a text keeps nothing: most texts are not read again.
 */
export class ParsedSessions {
  /** What is kept for how many characters, the oldest first. */
  readonly #kept = new Map<Parsable, number>();
  #characters = 0;

  /** @returns the caller's own copy, or what `parse` gives. */
  read<T extends SessionData>(from: Parsable, parse: () => T | undefined): T | undefined {
    if (from.parsed === undefined) {
      from.parsed = ONCE;
      return parse();
    }
    if (from.parsed === ONCE) {
      const data = parse();
      if (data === undefined) return undefined;
      this.#keep(from, data);
    }
    return klona(from.parsed as T);
  }

  clear(): void {
    this.#kept.clear();
    this.#characters = 0;
  }

  #keep(from: Parsable, data: SessionData): void {
    this.#forget(from);
    from.parsed = data;
    this.#kept.set(from, from.text.length);
    this.#characters += from.text.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= MAX_CHARACTERS || oldest === from) break;
      this.#forget(oldest);
    }
  }

  #forget(from: Parsable): void {
    this.#characters -= this.#kept.get(from) ?? 0;
    this.#kept.delete(from);
    from.parsed = undefined;
  }
}
