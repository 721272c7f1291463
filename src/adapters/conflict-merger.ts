import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../errors.js";
import { publish } from "../events.js";
import type { SessionEntry, SessionRecord, SessionStore } from "../store.js";
import type { Image } from "./image.js";
import { merge } from "./merge.js";

interface Waiting {
  loaded: Image;
  mine: Image;
  resolve: (written: SessionEntry | undefined) => void;
  reject: (error: unknown) => void;
}

/** Only other processes can make a try fail: within this one, saves of a session take turns here. */
const MAX_ATTEMPTS = 12;
const MAX_PAUSE_MS = 100;

/**
 * Writes saves that met a newer version. Those that wait for the same session are merged into one
 * write, so that a hundred parallel saves take a few writes and not thousands of tries.
 */
export class ConflictMerger {
  readonly #store: SessionStore;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /**
   * @param current what the conflict showed to be stored.
   * @returns what was written, or `undefined` when the session is gone.
   * @throws SessionConflictError when other processes were faster too many times.
   */
  merge(id: string, loaded: Image, mine: Image, current: SessionRecord): Promise<SessionEntry | undefined> {
    return new Promise((resolve, reject) => {
      const save = { loaded, mine, resolve, reject };
      const waiting = this.#waiting.get(id);
      if (waiting) waiting.push(save);
      else {
        this.#waiting.set(id, [save]);
        void this.#drain(id, current);
      }
    });
  }

  async #drain(id: string, current: SessionRecord): Promise<void> {
    const waiting = this.#waiting.get(id)!;
    while (waiting.length > 0) current = await this.#write(id, waiting.splice(0), current);
    this.#waiting.delete(id);
  }

  /** @returns what is stored then, as far as it is known. */
  async #write(id: string, group: Waiting[], current: SessionRecord): Promise<SessionRecord> {
    for (let attempts = 1; ; attempts++) {
      const next = group.reduce<SessionEntry>(
        (stored, { loaded, mine }) => merge(loaded, mine, stored),
        current,
      );
      try {
        const version = await this.#store.update(id, next, { ifVersion: current.version });
        for (const { resolve } of group) {
          if (version !== undefined) publish("conflict-merged", { attempts });
          resolve(version === undefined ? undefined : next);
        }
        return { ...next, version: version ?? current.version };
      } catch (error) {
        if (hasCode(error, "ERR_SESSION_CONFLICT") && attempts < MAX_ATTEMPTS) {
          current = error.current;
          if (attempts > 1) await sleep(Math.random() * Math.min(2 ** attempts, MAX_PAUSE_MS));
          continue;
        }
        if (group.length > 1 && hasCode(error, "ERR_PAYLOAD_TOO_LARGE")) {
          // One that is too large must not fail the others.
          for (const one of group) current = await this.#write(id, [one], current);
          return current;
        }
        for (const { reject } of group) {
          if (hasCode(error, "ERR_SESSION_CONFLICT")) publish("conflict-rejected", { attempts });
          reject(error);
        }
        return current;
      }
    }
  }
}
