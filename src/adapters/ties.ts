import { attachments } from "../internal/private-field.js";
import type { Image } from "./image.js";

/** What a request last saw stored. */
export interface LoadedImage extends Image {
  /**
   * After a merge it is missing: the store then holds more than the live session does, and no version says
   * what the live one stands on.
   */
  readonly stored?: { readonly version: string };
  /** Whether its codec would write the same otherwise by now. */
  readonly isStale?: boolean;
}

/** The session as this request last saw it stored, or that it is gone. */
export type Loaded = LoadedImage | typeof GONE;
export const GONE = Symbol("gone");

/** What is known of a live session object, or of what was loaded for `id`. */
export interface Tie {
  id?: string;
  loaded?: Loaded;
  saving?: Promise<void>;
}

/** Ties what is known to the objects that the frameworks make. Saves of one object take turns. */
export class Ties {
  readonly #ties = attachments<Tie>();

  get(session: object): Tie | undefined {
    return this.#ties.get(session);
  }

  set(session: object, tie: Tie): void {
    this.#ties.set(session, tie);
  }

  async inTurn(session: object, task: (tie: Tie, waited: boolean) => Promise<void>): Promise<void> {
    let tie = this.#ties.get(session);
    if (tie === undefined) this.#ties.set(session, (tie = {}));
    const turn = tie;
    const run = turn.saving === undefined ? task(turn, false) : turn.saving.then(() => task(turn, true));
    const settled = run.then(noop, noop).then(() => {
      if (turn.saving === settled) delete turn.saving;
    });
    turn.saving = settled;
    await run;
  }
}

function noop(): void {}
