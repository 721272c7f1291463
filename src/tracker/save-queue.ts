import { type SessionConflictError, hasCode, isOutcomeUnknown } from "../errors.js";
import { publish } from "../events.js";
import { loopNow } from "../internal/loop-clock.js";
import { retryConflicts } from "../internal/retry-conflicts.js";
import { TransientMap } from "../internal/transient-map.js";
import { type Change, type Next, combine } from "./combine.js";
import type { Fields } from "./format.js";
import { endOf } from "./lifetime.js";
import type { CheckedTrackerOptions } from "./options.js";
import type { SessionRecord } from "../store.js";
import { PendingSave, type Saved, changesOf, storedState } from "./pending-save.js";
import type { Base } from "./state.js";
import type { Writer } from "./writer.js";

/**
 * Saves sessions. In one process, only one save of a session runs at a time. The saves that wait meanwhile are
 * combined into one write, so that a hundred parallel saves cause a few writes. If a combined write fails and was not
 * applied, its saves are retried one by one, so that one invalid save does not make others fail.
 */
export class SaveQueue {
  readonly #writer: Writer;
  readonly #onConflict: CheckedTrackerOptions["onConflict"];
  readonly #timeoutMs: number;
  /** Waiting saves by session id, for each session with a save in progress. */
  readonly #waiting = new TransientMap<Set<PendingSave>>();

  constructor(writer: Writer, onConflict: CheckedTrackerOptions["onConflict"], timeoutMs: number) {
    this.#writer = writer;
    this.#onConflict = onConflict;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Saves a session: creates, updates or touches its record, or does nothing if that is not needed.
   * @param fields The fields as an object, which is read before this method returns. By default they are parsed from
   *   the text.
   * @returns false if the session is gone and nothing was written.
   */
  save(session: Saved, change: Omit<Change, "fields">, fields?: Fields): Promise<boolean> {
    const save = new PendingSave(session, change, fields, this.#timeoutMs);
    const waiting = this.#waiting.get(session.id);
    if (waiting) {
      waiting.add(save);
      save.endAtDeadline(() => waiting.delete(save));
    } else {
      this.#waiting.set(session.id, new Set());
      void this.#run(session.id, save);
    }
    save.detach();
    return save.ended;
  }

  async #run(id: string, first: PendingSave): Promise<void> {
    const waiting = this.#waiting.get(id)!;
    let saves = [first];
    let known: Base | undefined;
    while (saves.length > 0) {
      known = await this.#write(saves, known);
      saves = [...waiting];
      waiting.clear();
    }
    this.#waiting.delete(id);
  }

  /** Writes saves of one session. @returns the record that is stored afterwards, if it is known. */
  async #write(saves: PendingSave[], known: Base | undefined): Promise<Base | undefined> {
    let rest = [...saves];
    for (let save = rest[0]; save !== undefined; save = rest[0]) {
      if (save.session.state.status === "new") known = await this.#create(rest.shift()!);
      else if (save.session.state.status === "gone") rest.shift()!.drop(save.isChanged);
      else {
        const together = this.#onConflict === "merge" ? leadingStored(rest) : 1;
        known = await this.#update(rest.splice(0, together), known);
      }
      rest = rest.filter(({ isLate }) => !isLate);
    }
    return known;
  }

  async #create(save: PendingSave): Promise<Base | undefined> {
    const { session, text, lifetime } = save;
    save.isSent = true;
    const { ended, replaces } = session.origin;
    const expiresAt = endOf(lifetime, Date.now());
    const change: Next = { text, fields: save.fields, lifetime, expiresAt, changed: true };
    try {
      const next = ended === undefined ? change : this.#writer.withoutEnded(change, ended);
      const base = await this.#writer.create(session.id, next, replaces);
      save.settle(base);
      return base;
    } catch (error) {
      save.reject(error);
      return undefined;
    }
  }

  async #update(saves: PendingSave[], known: Base | undefined): Promise<Base | undefined> {
    // With "reject" and "overwrite", a save is based on the record that its own request read.
    let base =
      this.#onConflict === "merge" && known !== undefined ? known : storedState(saves.at(-1)!.session).base;
    let attempts = 0;
    let isWrite = true;
    const mayRetry = this.#onConflict !== "reject" || !saves[0]!.isChanged;
    const deadline = mayRetry ? Math.min(...saves.map((save) => save.deadline)) : 0;
    const attempt = async () => {
      const next = combine(changesOf(saves), base, Date.now());
      isWrite = next.changed;
      for (const save of saves) save.isSent = true;
      try {
        const stored = await this.#writer.replace(saves[0]!.session, base, next);
        if (stored !== undefined && saves.some((save) => save.isMergedWith(base)))
          publish("conflict-merged", { attempts: Math.max(attempts, 1) });
        return stored;
      } catch (error) {
        attempts++;
        if (!hasCode(error, "ERR_SESSION_CONFLICT")) throw error;
        const current = this.#writer.baseOf(currentOf(error));
        if (current === undefined) return undefined;
        base = current;
        // A first attempt has the deadline of the store. Only a retry needs the deadline of the save.
        if (mayRetry) for (const save of saves) save.endAtDeadline();
        throw error;
      }
    };
    try {
      const stored = await retryConflicts(attempt, { deadline });
      for (const save of saves) {
        if (stored === undefined) save.drop(isWrite);
        else save.settle(stored);
      }
      return stored;
    } catch (error) {
      return this.#fail(saves, base, error, attempts);
    }
  }

  /** Rejects a save. Retries the saves of a combined write one by one if it was not applied. */
  async #fail(saves: PendingSave[], base: Base, error: unknown, attempts: number): Promise<Base | undefined> {
    const isApplied = isOutcomeUnknown(error);
    let known: Base | undefined = isApplied ? undefined : base;
    for (const save of saves) {
      if (saves.length > 1 && !isApplied && loopNow() < save.deadline)
        known = await this.#update([save], known);
      else {
        if (hasCode(error, "ERR_SESSION_CONFLICT")) publish("conflict-rejected", { attempts });
        save.reject(error);
      }
    }
    return known;
  }
}

/** Counts the saves at the front of the list whose sessions are stored. */
function leadingStored(saves: PendingSave[]): number {
  const end = saves.findIndex(({ session }) => session.state.status !== "stored");
  return end === -1 ? saves.length : end;
}

/**
 * Returns the record of a conflict.
 * @throws TypeError if the store breaks its contract and the error contains no record.
 */
function currentOf(error: SessionConflictError): SessionRecord {
  const current: unknown = error.current;
  if (typeof (current as SessionRecord | undefined)?.data === "object") return current as SessionRecord;
  throw new TypeError("the store rejected with a SessionConflictError without `current`, the stored record");
}
