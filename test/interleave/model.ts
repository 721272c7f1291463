import assert from "node:assert/strict";
import { type SessionEntry, type SessionRecord, type SessionStore, sessionHandle } from "sessionary";
import { type Action, IDLE_TIMEOUT_MS, type Setup } from "./actions.js";
import { Asked, type Change, type NewChange, type Sender } from "./asked.js";
import { ExpectedSessions } from "./expected-sessions.js";
import type { Answer } from "./handlers.js";
import { runner } from "./turns.js";

/** What manages the sessions of a server. */
export type Layer = "express-session" | "@fastify/session" | "createSessions";

/** What a browser gets. */
export interface Answered {
  status: number;
  answer: Answer;
  /** Session id in the cookie that the response sets. */
  cookieId: string | undefined;
}

/** Difference of two times that counts as none. */
const SLACK_MS = 5_000;

/** What must hold, whatever the order of events. It is told of each request, and of each call of a store. */
export class Model {
  readonly expected: ExpectedSessions;
  /** Number of writes that found no session: each must be reported as dropped. */
  readonly gone = { save: 0, touch: 0 };
  readonly #layer: Layer;
  readonly #setup: Setup;
  readonly #now: () => number;
  readonly #asked: Asked[] = [];
  #failure: { error: unknown } | undefined;

  constructor(layer: Layer, setup: Setup, now: () => number) {
    this.#layer = layer;
    this.#setup = setup;
    this.#now = now;
    this.expected = new ExpectedSessions(now);
  }

  ask(action: Action, sender: Sender): Asked {
    const asked = new Asked(this.#asked.length, action, sender);
    this.#asked.push(asked);
    return asked;
  }

  find(number: number): Asked {
    return this.#asked[number]!;
  }

  /** Returns the id that handlers see of a session. @param id the id in its cookie or in the store. */
  shownId(id: string): string {
    return this.#layer === "createSessions" ? sessionHandle(id) : id;
  }

  /** Runs a check inside a call of a store, whose error a server may answer in its own way. */
  checking(check: (model: Model) => void): void {
    try {
      check(this);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  /** Throws the error of the first check that failed, if there is one. */
  rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  read(id: string, record: SessionRecord | undefined): void {
    this.expected.read(id, record);
    this.#runner().read(id, record);
  }

  created(id: string, entry: SessionEntry, version: string): void {
    const asked = this.#runner();
    // @fastify/session gives a regenerated session the lifetime of the one before it.
    const before = this.#layer === "@fastify/session" ? asked.load?.lifetimeMs : undefined;
    this.expected.created(id, entry, version, asked, before ?? IDLE_TIMEOUT_MS);
  }

  updated(id: string, entry: SessionEntry, version: string | undefined): void {
    this.expected.updated(id, entry, version);
    if (version === undefined) this.gone.save++;
  }

  touched(id: string, entry: SessionEntry, exists: boolean): void {
    this.expected.touched(id, entry, exists);
    if (!exists) this.gone.touch++;
  }

  rejected(id: string, ifVersion: string | undefined, error: unknown): void {
    assert.equal((error as { code?: unknown }).code, "ERR_SESSION_CONFLICT");
    this.expected.conflicted(id, ifVersion);
  }

  destroyed(id: string, existed: boolean): void {
    this.expected.destroyed(id, existed, this.#runner());
  }

  destroyedByUser(user: string, count: number): void {
    this.expected.destroyedByUser(user, count);
  }

  changed(change: NewChange): void {
    // @fastify/session looks at the fields only: it saves no cookie that changed alone, unless it saves always, or the
    // session is new.
    const isStored = this.expected.get(change.id) !== undefined;
    if (change.marker === undefined && isStored && !this.#savesUnchanged()) return;
    this.expected.changed(change.asked.changed(change));
  }

  regenerated(asked: Asked, oldId: string, newId: string): void {
    asked.regenerated(oldId, newId, this.expected.get(oldId));
  }

  /** Notes that a handler is done with its session, which is saved next. @param id null if it was destroyed. */
  finished(asked: Asked, id: string | null): void {
    asked.finishedAt = this.#now();
    asked.savesGone = id !== null && this.#savesGone(asked, id);
  }

  /** Checks a response. @param sentId session id in the cookie of the request. */
  answered(asked: Asked, sentId: string | undefined, { status, answer, cookieId }: Answered): void {
    const { load, action } = asked;
    const { id, loadedId, loaded } = answer;
    assert.equal(load?.id, sentId, "the session that was read");
    assert.equal(loadedId === sentId, load?.isFound === true, "a session that is gone has another id");
    assert.deepEqual(loaded, load?.fields ?? {}, "the fields that the handler got");
    assert.equal(status, answer.status);
    if (status !== 200) {
      assert(
        this.#layer === "express-session" && action.kind === "reload",
        "only express-session fails to reload",
      );
      assert(!asked.wasFound, "a session that is found can be reloaded");
    }
    for (const change of asked.changes) this.#checkStored(change);
    if (id === null) return this.#checkDestroyed(asked, loadedId);
    this.#checkAlive(asked, id);
    // express-session sends the cookie before it saves.
    if (this.#layer !== "express-session") {
      assert(!asked.savesGone || cookieId !== id, `the cookie of ${id}, which is gone, is sent`);
    }
    if (id !== sentId && this.expected.live(id)) assert.equal(cookieId, id, "the cookie of a new session");
  }

  /** Checks that the store has the sessions that it must have, and no other. */
  async check(store: SessionStore): Promise<void> {
    const stored = [];
    for await (const id of store.ids()) stored.push(id);
    const shown = stored.map((id) => this.shownId(id));
    assert.deepEqual(shown.sort(), this.expected.liveIds().sort(), "the sessions that are stored");
    for (const id of stored) this.expected.read(this.shownId(id), await store.get(id));
  }

  /** Checks that a change which was answered is stored, unless its session is gone. */
  #checkStored({ id, marker, lifetimeMs, isStored, lifetime }: Change): void {
    const isGone = this.expected.get(id) !== undefined && this.expected.live(id) === undefined;
    if (isGone) return;
    if (marker !== undefined) assert(isStored, `${marker} of ${id} is lost`);
    // A new session is not stored for its cookie alone.
    else if (this.expected.get(id) === undefined) return;
    if (lifetimeMs !== undefined)
      assert.notEqual(lifetime, "pending", `the lifetime ${lifetimeMs} of ${id} is lost`);
  }

  /** Checks that a request which destroyed its session leaves nothing stored of it. */
  #checkDestroyed({ changes }: Asked, loadedId: string): void {
    for (const id of [loadedId, ...changes.map((change) => change.id)])
      assert.equal(this.expected.live(id), undefined, `${id} is stored after it was destroyed`);
  }

  /** True if the session is gone and the request is about to find that out by a save or a touch. */
  #savesGone({ changes }: Asked, id: string): boolean {
    const session = this.expected.get(id);
    if (session === undefined || this.expected.live(id) !== undefined) return false;
    if (changes.some((each) => each.id === id && !each.isStored)) return true;
    const sinceStoredMs = this.#now() + session.lifetimeMs - session.expiresAt;
    return this.#savesUnchanged() && sinceStoredMs > Math.max(this.#setup.touchAfterMs, SLACK_MS);
  }

  /** Checks that a session which is used stays alive. */
  #checkAlive({ changes, finishedAt }: Asked, id: string): void {
    const session = this.expected.live(id);
    if (session === undefined) return;
    if (!this.#savesUnchanged() && !changes.some((change) => change.id === id)) return;
    const current = session.lifetimes.findLastIndex(({ from }) => from <= finishedAt);
    const shortest = Math.min(
      ...session.lifetimes.slice(Math.max(current, 0)).map(({ lifetimeMs }) => lifetimeMs),
    );
    const window = Math.min(this.#setup.touchAfterMs, shortest / 10);
    assert(session.expiresAt > finishedAt + shortest - window - SLACK_MS, `${id} ends too early`);
  }

  /** True if a request that changes nothing extends its session. */
  #savesUnchanged(): boolean {
    return this.#layer !== "@fastify/session" || this.#setup.saveUnchanged;
  }

  #runner(): Asked {
    const asked = runner();
    assert(asked instanceof Asked, "a store is called by a request");
    return asked;
  }
}
