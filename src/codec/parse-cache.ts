import { klona } from "klona/json";
import { LRUCache } from "lru-cache";
import { jsonCodec } from "./json.js";
import type { SessionData } from "../store.js";

interface Read {
  text: string;
  /** Missing when the text was read once so far: most texts are not read again. */
  data?: SessionData;
}

/** Of texts that are kept, with what was parsed of them, which takes about three times as many bytes. */
const MAX_CHARACTERS = 4_000_000;

/**
 * Of texts that find no room, how many are let in. Were it all, sessions read in turn that are more than fit would
 * each be pushed out before they are read again.
 */
const LET_IN = 1 / 16;

/**
 * What was parsed of the sessions that were read lately. To copy it takes a quarter of the time of parsing
 * the text again.
 */
export class ParsedSessions {
  readonly #read = new LRUCache<string, Read>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ text }) => text.length,
  });

  /** @returns the caller's own copy of what `jsonCodec` makes of the text that stands under the id now. */
  read(id: string, text: string): SessionData {
    const known = this.#read.get(id);
    if (known?.text !== text) {
      const data = jsonCodec.decode(text, id);
      if (known !== undefined || this.#hasRoomFor(text) || Math.random() < LET_IN)
        this.#read.set(id, { text });
      return data;
    }
    known.data ??= jsonCodec.decode(text, id);
    return klona(known.data);
  }

  forget(id: string): void {
    this.#read.delete(id);
  }

  clear(): void {
    this.#read.clear();
  }

  #hasRoomFor(text: string): boolean {
    return this.#read.calculatedSize + text.length <= MAX_CHARACTERS;
  }
}
