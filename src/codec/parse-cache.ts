import { klona } from "klona/json";
import { LRUCache } from "lru-cache";
import { jsonCodec } from "./json.js";
import type { SessionData } from "../store.js";

interface CachedText {
  text: string;
  /** Unset until the text is read again; most texts are read once. */
  data?: SessionData;
}

/** Limit for the cached texts; their parsed data has about three times as many bytes. */
const MAX_CHARACTERS = 4_000_000;

/**
 * Share of the texts that are cached when there is no room. If all were, sessions that are read in turn and do not all fit
 * would each be evicted before they are read again.
 */
const ADMISSION_RATE = 1 / 16;

/** Cache of the parsed data of recently read sessions: a copy costs a quarter of parsing the text again. */
export class ParseCache {
  readonly #texts = new LRUCache<string, CachedText>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ text }) => text.length,
  });

  /** Returns a new copy of the data that `jsonCodec` decodes from the text that is stored under the id now. */
  read(id: string, text: string): SessionData {
    const cached = this.#texts.get(id);
    if (cached?.text !== text) {
      const data = jsonCodec.decode(text, id);
      if (cached !== undefined || this.#hasRoomFor(text) || Math.random() < ADMISSION_RATE)
        this.#texts.set(id, { text });
      return data;
    }
    cached.data ??= jsonCodec.decode(text, id);
    return klona(cached.data);
  }

  forget(id: string): void {
    this.#texts.delete(id);
  }

  clear(): void {
    this.#texts.clear();
  }

  #hasRoomFor(text: string): boolean {
    return this.#texts.calculatedSize + text.length <= MAX_CHARACTERS;
  }
}
