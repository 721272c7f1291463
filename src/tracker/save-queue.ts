import { type SessionConflictError, StoreUnavailableError, hasCode, isOutcomeUnknown } from "../errors.js";
import { publish } from "../events.js";
import { retryConflicts } from "../internal/retry-conflicts.js";
import { type Change, type Next, combine } from "./combine.js";
import type { Fields } from "./format.js";
import { endOf } from "./lifetime.js";
import type { CheckedTrackerOptions } from "./options.js";
import type { SessionRecord } from "../store.js";
import type { Base, Origin, SessionState, Snapshot } from "./state.js";
import type { Writer } from "./writer.js";

/** A session whose state the queue reads before a save and sets after it. */
export interface Saved {
  readonly id: string;
  readonly origin: Origin;
  state: SessionState;
}

interface Save extends Change {
  readonly session: Saved;
  /** Time to give up, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** @param exists false if the session is gone, and nothing was written. */
  readonly resolve: (exists: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Saves sessions. Saves of one session in one process take turns; those that wait meanwhile are combined into one
 * write, so that a hundred parallel saves take a few writes. If a combined write fails without having been applied,
 * its saves are retried one by one, so that a save which must fail does not fail others.
 */
export class SaveQueue {
  readonly #writer: Writer;
  readonly #onConflict: CheckedTrackerOptions["onConflict"];
  readonly #timeoutMs: number;
  /** Saves that wait, by session id, for each session with a save under way. */
  readonly #waiting = new Map<string, Save[]>();

  constructor(writer: Writer, onConflict: CheckedTrackerOptions["onConflict"], timeoutMs: number) {
    this.#writer = writer;
    this.#onConflict = onConflict;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Saves a session: creates, updates or touches its record, or does nothing if that is not needed.
   * @param fields the live fields, which are read before this returns; by default they are parsed from the text.
   * @returns false if the session is gone, and nothing was written.
   */
  save(session: Saved, change: Omit<Change, "fields">, fields?: Fields): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let live = fields;
      const save: Save = {
        ...change,
        fields: () => live ?? (JSON.parse(change.text) as Fields),
        session,
        deadline: performance.now() + this.#timeoutMs,
        resolve,
        reject,
      };
      const waiting = this.#waiting.get(session.id);
      if (waiting) waiting.push(save);
      else {
        this.#waiting.set(session.id, []);
        void this.#run(session.id, save);
      }
      live = undefined;
    });
  }

  async #run(id: string, first: Save): Promise<void> {
    let saves = [first];
    let known: Base | undefined;
    while (saves.length > 0) {
      known = await this.#write(saves, known);
      saves = this.#waiting.get(id)!.splice(0);
    }
    this.#waiting.delete(id);
  }

  /** @returns the record that is stored then, if it is known. */
  async #write(saves: Save[], known: Base | undefined): Promise<Base | undefined> {
    const rest = [...saves];
    for (let save = rest[0]; save !== undefined; save = rest[0]) {
      if (save.session.state.status === "new") known = await this.#create(rest.shift()!);
      else if (save.session.state.status === "gone") drop(rest.shift()!, isChanged(save));
      else {
        const together = this.#onConflict === "merge" ? leadingStored(rest) : 1;
        known = await this.#update(rest.splice(0, together), known);
      }
    }
    return known;
  }

  async #create(save: Save): Promise<Base | undefined> {
    const { session, text, lifetime } = save;
    const { ended, replaces } = session.origin;
    const expiresAt = endOf(lifetime, Date.now());
    const change: Next = { text, fields: save.fields, lifetime, expiresAt, changed: true };
    try {
      const next = ended === undefined ? change : this.#writer.withoutEnded(change, ended);
      const base = await this.#writer.create(session.id, next, replaces);
      settle(save, base);
      return base;
    } catch (error) {
      save.reject(error);
      return undefined;
    }
  }

  async #update(saves: Save[], known: Base | undefined): Promise<Base | undefined> {
    // With "reject" and "overwrite" a save is based on what its own request read.
    let base = this.#onConflict === "merge" && known !== undefined ? known : storedState(saves.at(-1)!).base;
    let attempts = 0;
    let isWrite = true;
    const mayRetry = this.#onConflict !== "reject" || !isChanged(saves[0]!);
    const deadline = mayRetry ? Math.min(...saves.map((save) => save.deadline)) : 0;
    const attempt = async () => {
      const next = combine(changesOf(saves), base, Date.now());
      isWrite = next.changed;
      const writing = this.#writer.replace(saves[0]!.session, base, next);
      try {
        // The first attempt has the deadline of the store itself.
        const stored = await (attempts === 0 ? writing : settledBy(deadline, writing));
        if (stored !== undefined && saves.some((save) => isMergedWith(save, base)))
          publish("conflict-merged", { attempts: Math.max(attempts, 1) });
        return stored;
      } catch (error) {
        attempts++;
        if (!hasCode(error, "ERR_SESSION_CONFLICT")) throw error;
        const current = this.#writer.baseOf(currentOf(error));
        if (current === undefined) return undefined;
        base = current;
        throw error;
      }
    };
    try {
      const stored = await retryConflicts(attempt, { deadline });
      for (const save of saves) {
        if (stored === undefined) drop(save, isWrite);
        else settle(save, stored);
      }
      return stored;
    } catch (error) {
      return this.#fail(saves, base, error, attempts);
    }
  }

  /** Rejects a save, or retries the saves of a combined write that was not applied one by one. */
  async #fail(saves: Save[], base: Base, error: unknown, attempts: number): Promise<Base | undefined> {
    const isApplied = isOutcomeUnknown(error);
    let known: Base | undefined = isApplied ? undefined : base;
    for (const save of saves) {
      if (saves.length > 1 && !isApplied && performance.now() < save.deadline)
        known = await this.#update([save], known);
      else {
        if (hasCode(error, "ERR_SESSION_CONFLICT")) publish("conflict-rejected", { attempts });
        save.reject(error);
      }
    }
    return known;
  }
}

function storedState(save: Save): Extract<SessionState, { status: "stored" }> {
  return save.session.state as Extract<SessionState, { status: "stored" }>;
}

function isChanged(save: Save): boolean {
  const { state } = save.session;
  return state.status === "new" || save.text !== state.snapshot?.text;
}

/** True if a save and the record it was written over both differ from what the request had read. */
function isMergedWith(save: Save, base: Base): boolean {
  return isChanged(save) && base.text !== storedState(save).snapshot.text;
}

/** Pairs each save with its snapshot: the save before it if both are of one request. */
function changesOf(saves: Save[]): { snapshot: Snapshot; change: Change }[] {
  const last = new Map<Saved, Snapshot>();
  return saves.map((save) => {
    const snapshot = last.get(save.session) ?? storedState(save).snapshot;
    last.set(save.session, save);
    return { snapshot, change: save };
  });
}

/** Counts the saves at the front whose sessions are stored. */
function leadingStored(saves: Save[]): number {
  const end = saves.findIndex(({ session }) => session.state.status !== "stored");
  return end === -1 ? saves.length : end;
}

/** @throws TypeError if the store does not keep its contract: nothing says what the save has to be merged with. */
function currentOf(error: SessionConflictError): SessionRecord {
  const current: unknown = error.current;
  if (typeof (current as SessionRecord | undefined)?.data === "object") return current as SessionRecord;
  throw new TypeError(
    "the store rejected with a SessionConflictError without `current`, the record that is stored",
  );
}

/** Tells a save that its record is stored. */
function settle(save: Save, stored: Base): void {
  const { session, lifetime } = save;
  const { ended } = session.origin;
  const text = ended === undefined ? save.text : overlay(ended.text, save.text);
  // The request may have destroyed the session meanwhile.
  if (session.state.status !== "gone")
    session.state = { status: "stored", snapshot: { text, lifetime }, base: stored };
  save.resolve(true);
}

/** Returns a snapshot in which fields of an ended session that the request may still copy count as unchanged. */
function overlay(ended: string, text: string): string {
  return JSON.stringify({ ...(JSON.parse(ended) as Fields), ...(JSON.parse(text) as Fields) });
}

/** Tells a save that its session is gone. */
function drop(save: Save, isWrite: boolean): void {
  const { session } = save;
  publish("save-dropped", { operation: isWrite ? "save" : "touch" });
  if (session.state.status === "stored")
    session.state = { ...session.state, status: "gone", endedHere: false };
  save.resolve(false);
}

/** @throws StoreUnavailableError if the write has not settled by then: it may still be applied. */
function settledBy<R>(deadline: number, writing: Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(new StoreUnavailableError("unknown", "timeout", "no answer within the save's deadline"));
    const timer = setTimeout(late, Math.max(0, deadline - performance.now()));
    void writing.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
