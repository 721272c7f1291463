import { klona } from "klona/json";
import { LRUCache } from "lru-cache";
import { jsonCodec, stringify } from "./json.js";
import { keepText } from "./known-text.js";
import type { SessionData } from "../store.js";

interface CachedText {
  text: string;
  /** Unset until the text is read a second time; most texts are read once. */
  data?: SessionData;
  /** True if the text is the one that `stringify` returns for the data. */
  isOwn?: boolean;
}

/** Maximum size of the cached texts; their parsed data needs about three times as many bytes. */
const MAX_CHARACTERS = 4_000_000;

/**
 * Share of the texts that a full cache admits. If it admitted all, and the sessions that are read in turn did not all
 * fit, each would be evicted before its next read.
 */
const ADMISSION_RATE = 1 / 16;

/** Cache of the parsed data of recently read sessions. Copying the data costs a quarter of parsing the text again. */
export class ParseCache {
  readonly #texts = new LRUCache<string, CachedText>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ text }) => text.length,
  });

  /**
   * Returns a new copy of the data that `jsonCodec` decodes from the text.
   * @param text The text that is now stored under the id.
   */
  read(id: string, text: string): SessionData {
    const cached = this.#texts.get(id);
    if (cached?.text !== text) {
      const data = jsonCodec.decode(text, id);
      if (cached !== undefined || this.#hasRoomFor(text) || Math.random() < ADMISSION_RATE)
        this.#texts.set(id, { text });
      return data;
    }
    cached.data ??= jsonCodec.decode(text, id);
    cached.isOwn ??= stringify(cached.data) === text;
    const copy = klona(cached.data);
    if (cached.isOwn) keepText(copy, text);
    return copy;
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
