import { type Session, createSession } from "react-router";
import { randomBytes } from "node:crypto";
import { privateField } from "../../internal/private-field.js";
import type { SessionData } from "../../store.js";
import type { Lifetime, SessionTracker, TrackedSession } from "../../tracker/index.js";
import { type SessionState, isUnwritten } from "../../tracker/state.js";
import { withFailureEvent } from "../../tracker/to-error.js";
import { type LifetimeFormat, ownLifetime, withoutLifetime } from "./lifetime-format.js";

/** The tracked session of a session object of React Router. */
interface Opened {
  readonly tracked: TrackedSession;
  /** State in which the session was loaded. */
  readonly loaded: SessionState;
  /** Set if the lifetime is not the default. */
  readonly lifetime: Lifetime | undefined;
}

/** Loads and saves the session objects of React Router. */
export class RouterSessions<Data, FlashData> {
  readonly #tracker: SessionTracker;
  readonly #format: LifetimeFormat;
  readonly #opened = privateField<Opened>();

  constructor(tracker: SessionTracker, format: LifetimeFormat) {
    this.#tracker = tracker;
    this.#format = format;
  }

  /** Returns the session with this id, or a new session with another id. */
  async open(id: string): Promise<Session<Data, FlashData>> {
    const tracked = id === "" ? undefined : await this.#tracker.open(id);
    if (tracked === undefined) return this.#make({}, "", this.#tracker.create(newSessionId()), undefined);
    const { data } = tracked;
    return this.#make(withoutLifetime(data), id, tracked, ownLifetime(data));
  }

  /**
   * Saves a session.
   * @param lifetime The lifetime to set. By default the lifetime does not change.
   * @returns undefined if the client needs no cookie, because the session is gone or nothing had to be written.
   */
  async save(
    session: Session<Data, FlashData>,
    lifetime: Lifetime | undefined,
  ): Promise<{ id: string; lifetime: Lifetime | undefined } | undefined> {
    const opened = this.#opened.get(session) ?? this.#adopt(session);
    const own = lifetime ?? opened.lifetime;
    const { tracked, loaded } = opened;
    const fields = this.#format.fieldsFor(session.data, own);
    this.#opened.set(session, { ...opened, lifetime: own });
    const exists = await withFailureEvent("save", () =>
      tracked.save(fields, this.#format.lifetimeOf(fields)),
    );
    return exists && !isUnwritten(loaded, tracked.state) ? { id: tracked.id, lifetime: own } : undefined;
  }

  async destroy(session: Session<Data, FlashData>): Promise<void> {
    const tracked = this.#opened.get(session)?.tracked;
    if (tracked?.status === "new") return;
    const { id } = session;
    if (tracked === undefined && id === "") return;
    await withFailureEvent("destroy", () => tracked?.destroy() ?? this.#tracker.destroy(id));
  }

  /** Destroys a session, and returns its successor with the same data. */
  async regenerate(session: Session<Data, FlashData>): Promise<Session<Data, FlashData>> {
    const { tracked, lifetime } = this.#opened.get(session) ?? this.#adopt(session);
    const data = session.data as SessionData;
    const id = newSessionId();
    const successor =
      tracked.status === "new"
        ? tracked.successor(id)
        : await withFailureEvent("destroy", () => tracked.regenerate(id));
    return this.#make(data, "", successor, lifetime);
  }

  #make(data: SessionData, id: string, tracked: TrackedSession, lifetime: Lifetime | undefined) {
    const session = createSession(data, id) as Session<Data, FlashData>;
    this.#opened.set(session, { tracked, loaded: tracked.state, lifetime });
    return session;
  }

  /**
   * Treats a session object that was not loaded here as a new session. Its id is ignored, so that a client cannot
   * choose an id.
   */
  #adopt(session: Session<Data, FlashData>): Opened {
    const tracked = this.#tracker.create(newSessionId());
    const opened = { tracked, loaded: tracked.state, lifetime: undefined };
    this.#opened.set(session, opened);
    return opened;
  }
}

function newSessionId(): string {
  return randomBytes(24).toString("base64url");
}
