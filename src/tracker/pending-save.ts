import { StoreUnavailableError } from "../errors.js";
import { publish } from "../events.js";
import { atLoopTime, loopNow } from "../internal/loop-clock.js";
import type { Change } from "./combine.js";
import type { Fields } from "./format.js";
import type { Base, Origin, SessionState, Snapshot } from "./state.js";

/** The parts of a session that a save uses. It reads the state at its start and sets it at its end. */
export interface Saved {
  readonly id: string;
  readonly origin: Origin;
  state: SessionState;
}

/** A save that is in progress or waits. */
export class PendingSave implements Change {
  readonly session: Saved;
  readonly text: string;
  readonly lifetime: Change["lifetime"];
  /** Time of `loopNow()` at which to give up. */
  readonly deadline: number;
  /** Resolves to false if the session is gone and nothing was written. */
  readonly ended: Promise<boolean>;
  /** True if the save was rejected at its deadline. */
  isLate = false;
  /** True if a write that includes this save was started. */
  isSent = false;
  #fields: Fields | undefined;
  #resolve!: (exists: boolean) => void;
  #reject!: (error: unknown) => void;
  #cancel: (() => void) | undefined;

  /**
   * @param fields The fields as an object, valid until the caller continues. By default they are parsed from the
   *   text.
   */
  constructor(session: Saved, change: Omit<Change, "fields">, fields: Fields | undefined, timeoutMs: number) {
    this.session = session;
    this.text = change.text;
    this.lifetime = change.lifetime;
    this.deadline = loopNow() + timeoutMs;
    this.#fields = fields;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  readonly fields = (): Fields => this.#fields ?? (JSON.parse(this.text) as Fields);

  /** Drops the object with the fields, which the caller may change from now on. */
  detach(): void {
    this.#fields = undefined;
  }

  get isChanged(): boolean {
    const { state } = this.session;
    return state.status === "new" || this.text !== state.snapshot?.text;
  }

  /** True if both this save and the record that it replaced differ from the record that the request had read. */
  isMergedWith(base: Base): boolean {
    return this.isChanged && base.text !== storedState(this.session).snapshot.text;
  }

  /** Rejects the save at its deadline, if it has not ended by then. @param whenLate Called before it is rejected. */
  endAtDeadline(whenLate?: () => void): void {
    this.#cancel ??= atLoopTime(this.deadline, () => {
      whenLate?.();
      this.isLate = true;
      const outcome = this.isSent ? "unknown" : "not-applied";
      this.#reject(new StoreUnavailableError(outcome, "timeout", "no answer within the save's deadline"));
    });
  }

  /** Ends the save: the session is stored. */
  settle(stored: Base): void {
    const { session, text, lifetime } = this;
    const { ended } = session.origin;
    const snapshot = { text: ended === undefined ? text : overlay(ended.text, text), lifetime };
    // The request may have destroyed the session meanwhile.
    if (session.state.status !== "gone") session.state = { status: "stored", snapshot, base: stored };
    this.#cancel?.();
    this.#resolve(true);
  }

  /** Ends the save: it was dropped, since the session is gone. */
  drop(isWrite: boolean): void {
    const { session } = this;
    publish("save-dropped", { operation: isWrite ? "save" : "touch" });
    if (session.state.status === "stored")
      session.state = { ...session.state, status: "gone", endedHere: false };
    this.#cancel?.();
    this.#resolve(false);
  }

  reject(error: unknown): void {
    this.#cancel?.();
    this.#reject(error);
  }
}

/** Returns the state of a session whose status is "stored". */
export function storedState(session: Saved): Extract<SessionState, { status: "stored" }> {
  return session.state as Extract<SessionState, { status: "stored" }>;
}

/** Pairs each save with its snapshot, which is the previous save if both belong to the same request. */
export function changesOf(saves: PendingSave[]): { snapshot: Snapshot; change: Change }[] {
  const last = new Map<Saved, Snapshot>();
  return saves.map((save) => {
    const snapshot = last.get(save.session) ?? storedState(save.session).snapshot;
    last.set(save.session, save);
    return { snapshot, change: save };
  });
}

/**
 * Returns a snapshot that includes the fields of an ended session, so that fields which the request copies from it
 * count as unchanged.
 */
function overlay(ended: string, text: string): string {
  return JSON.stringify({ ...(JSON.parse(ended) as Fields), ...(JSON.parse(text) as Fields) });
}
