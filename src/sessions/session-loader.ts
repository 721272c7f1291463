import type { SessionStore } from "../store.js";
import { SessionTracker, type TrackedSession } from "../tracker/index.js";
import { toError } from "../tracker/to-error.js";
import { storesDigests } from "../users/hash-ids.js";
import { storageIdsOf } from "../users/storage-ids.js";
import { LiveSession } from "./live-session.js";
import type { RequestSource } from "./request-source.js";
import type { OwnOptions } from "./options.js";
import type { ReceivedCookie, SessionCookie } from "./session-cookie.js";
import type { SessionParts } from "./session-parts.js";

/** Loads the sessions of requests. */
export class SessionLoader<T extends object> {
  readonly #parts: SessionParts;
  readonly #cookie: SessionCookie;
  /** True if the store computes the digests. */
  readonly #storesDigests: boolean;

  constructor(store: SessionStore, { cookie, idleTimeoutMs, tracker: options }: OwnOptions) {
    const tracker = new SessionTracker(store, { name: "createSessions", ...options });
    this.#storesDigests = storesDigests(store);
    this.#cookie = cookie;
    this.#parts = { tracker, idleTimeoutMs, storageId: (id) => this.#storageId(id) };
  }

  /**
   * Loads the session of a cookie, or returns a new session if none is stored. Does not call the store if the request
   * has no cookie.
   */
  async load(source: RequestSource): Promise<LiveSession<T>> {
    const cookie = this.#cookie.of(source);
    const received = cookie.read();
    try {
      const tracked = received && (await this.#open(received));
      return new LiveSession<T>(this.#parts, cookie, received, tracked);
    } catch (thrown) {
      throw toError(thrown);
    }
  }

  #open({ id, isSigned }: ReceivedCookie): Promise<TrackedSession | undefined> {
    const { tracker } = this.#parts;
    const storageId = this.#storageId(id);
    if (!isSigned || storageId === id) return tracker.open(storageId);
    // The signature proves that this server made the id, so the plain id may be looked up, too.
    const opening = Promise.all([tracker.open(storageId), tracker.open(id)]);
    return opening.then(([hashed, plain]) => hashed ?? plain);
  }

  /** Returns the digest of an id, or the id if the store computes the digest. */
  #storageId(id: string): string {
    return this.#storesDigests ? id : storageIdsOf(id)[0];
  }
}
