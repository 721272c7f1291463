import { waitUntil } from "../../support/wait-until.js";
import type { Trial } from "./lost-reply-trials.js";
import { Tally, failureOf } from "./tally.js";
import type { Subject } from "./variants.js";

/** Loses the first reply to the calls that it runs, and has the connection work again afterwards. */
export type Lose = <R>(call: () => Promise<R>) => Promise<R>;

/** Calls whose commands run and whose replies are lost: do they tell the truth of it? */
export class LostReplies {
  readonly tally: Tally;
  succeeded = 0;
  unknown = 0;
  readonly #lose: Lose;

  constructor(timeoutMs: number, lose: Lose) {
    this.tally = new Tally(timeoutMs);
    this.#lose = lose;
  }

  async run({ store }: Subject, { operation, prepare }: Trial): Promise<void> {
    await waitUntil("the store answers", () => store.count().then(() => true));
    const { call, isRight, isApplied } = await prepare();
    const settled = await this.#lose(() => this.tally.call(operation, call));
    const applied = await isApplied?.();
    const wrong = (what: string) => this.tally.wrongAnswer(`${operation} ${what}`);
    if ("value" in settled) {
      this.succeeded++;
      if (!isRight(settled.value)) wrong(`gives ${String(settled.value)} when its own reply was lost`);
      else if (applied === false) wrong("says that it was applied, and it was not");
      return;
    }
    const failure = failureOf(settled.error);
    if (failure.endsWith("unknown")) this.unknown++;
    else if (!failure.endsWith("not-applied")) wrong(`rejects with ${failure}`);
    else if (applied) wrong("says that it was not applied, and it was");
  }
}
