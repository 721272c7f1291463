import { publish } from "../events.js";
import { describe } from "../internal/validation.js";
import type { TrackedSession } from "../tracker/index.js";
import { withFailureEvent } from "../tracker/to-error.js";
import { sessionHandle } from "../users/storage-ids.js";
import { type CookieField, withCookieField, withoutCookieField } from "./cookie-field.js";
import type { OpenedSession } from "./session.js";
import type { ReceivedCookie, RequestCookie } from "./session-cookie.js";
import { newSessionId } from "./session-ids.js";
import type { SessionParts } from "./session-parts.js";

type Fields = Record<string, unknown>;

/** Session of a request: its loaded and changed data, and the cookie that the client has. */
export class LiveSession<T extends object> implements OpenedSession<T> {
  data: Partial<T>;
  readonly #parts: SessionParts;
  readonly #cookie: RequestCookie;
  /** Undefined until a new session needs an id. */
  #tracked: TrackedSession | undefined;
  /** Value of the session cookie. */
  #value: string | undefined;
  /** The cookie that the client has, as far as it is known. */
  #client: { value: string; expiresAt: number | undefined } | undefined;
  #cookieField: CookieField | undefined;
  #isNew: boolean;
  /** True if the store may have the session: it was loaded, or a save of it has started. */
  #mayBeStored: boolean;
  /** True if the session has to be stored even without data. */
  #mustStore = false;
  #removesCookie = false;
  #isSealed = false;

  /**
   * @param received The cookie that the client sent, if any.
   * @param tracked The session that is stored under the id in the cookie, if any.
   */
  constructor(
    parts: SessionParts,
    cookie: RequestCookie,
    received: ReceivedCookie | undefined,
    tracked: TrackedSession | undefined,
  ) {
    this.#parts = parts;
    this.#cookie = cookie;
    this.#client = received && { value: received.value, expiresAt: tracked?.expiresAt };
    this.#isNew = tracked === undefined;
    this.#mayBeStored = tracked !== undefined;
    this.#tracked = tracked;
    let data: Fields = {};
    if (tracked !== undefined) {
      this.#value = received?.value;
      if (received?.isSigned) ({ data, field: this.#cookieField } = withoutCookieField(tracked.data));
      else ({ data } = tracked);
    }
    this.data = data as Partial<T>;
  }

  get isNew(): boolean {
    return this.#isNew;
  }

  get expiresAt(): number | undefined {
    return this.#tracked?.expiresAt;
  }

  get handle(): string {
    return sessionHandle((this.#tracked ?? this.#create()).id);
  }

  async save(): Promise<boolean> {
    if (this.#isUnsaved()) {
      this.#assertUnsealed("a new session cannot be saved");
      this.#mustStore = true;
    }
    return (await this.#save()) ?? this.#tracked?.status === "stored";
  }

  async regenerate(): Promise<void> {
    this.#assertUnsealed("a session cannot be regenerated");
    const tracked = this.#tracked;
    this.#cookieField = undefined;
    if (tracked === undefined || !this.#mayBeStored) return void (this.#tracked = undefined);
    const id = newSessionId();
    this.#tracked = await withFailureEvent("destroy", () => tracked.regenerate(this.#parts.storageId(id)));
    this.#value = id;
    this.#mustStore = true;
  }

  async destroy(): Promise<void> {
    const tracked = this.#tracked;
    if (tracked !== undefined && this.#mayBeStored)
      await withFailureEvent("destroy", () => tracked.destroy());
    this.#tracked = this.#cookieField = undefined;
    this.data = {};
    this.#isNew = true;
    this.#mayBeStored = this.#mustStore = false;
    this.#removesCookie = this.#client !== undefined;
  }

  async commit(): Promise<string | undefined> {
    return this.commitNow();
  }

  /**
   * Saves the session if needed, before the headers are sent.
   * @param saves False to only return the cookie.
   * @returns the `Set-Cookie` header to send, if one is needed. It is not a promise if there is nothing to write.
   */
  commitNow(saves = true): Promise<string | undefined> | string | undefined {
    const saving = saves ? this.#save() : undefined;
    return saving === undefined ? this.#takeCookie() : saving.then(() => this.#takeCookie());
  }

  /**
   * Saves changes that were made after the headers were sent. Publishes an event if the save fails, or if the session
   * is new, since the client can no longer receive its cookie.
   * @returns undefined if there is nothing to write.
   */
  commitLate(): Promise<unknown> | undefined {
    if (!this.#isUnsaved()) return this.#save()?.catch(() => {});
    if (this.#hasContent()) publish("write-failed", { operation: "save", code: "ERR_HTTP_HEADERS_SENT" });
    return undefined;
  }

  /** Marks that the headers are sent, so that the client can no longer receive a cookie. */
  seal(): void {
    this.#isSealed = true;
  }

  #assertUnsealed(problem: string): void {
    if (this.#isSealed)
      throw new Error(`${problem} after the headers are sent: do it before you start the response`);
  }

  #isUnsaved(): boolean {
    return this.#tracked === undefined || this.#tracked.status === "new";
  }

  /** True if a session that is not stored yet has to be stored. */
  #hasContent(): boolean {
    const { data } = this;
    return this.#mustStore || !isData(data) || Object.values(data).some((value) => value !== undefined);
  }

  /** Returns the data to store. */
  #fields(): Fields {
    const { data } = this;
    if (!isData(data)) throw new TypeError(`session.data must be an object; received ${describe(data)}`);
    return this.#cookieField === undefined ? data : withCookieField(data, this.#cookieField);
  }

  #create(): TrackedSession {
    const id = newSessionId();
    this.#value = id;
    return (this.#tracked = this.#parts.tracker.create(this.#parts.storageId(id)));
  }

  /** Starts a save. @returns undefined if there is nothing to write. */
  #save(): Promise<boolean> | undefined {
    try {
      if (this.#isUnsaved() ? !this.#hasContent() : this.#tracked!.status === "gone") return undefined;
      const fields = this.#fields();
      const tracked = this.#tracked ?? this.#create();
      const saving = tracked.saveIfNeeded(fields, this.#parts.idleTimeoutMs);
      if (saving === undefined) return undefined;
      this.#mayBeStored = true;
      return this.#saved(tracked, saving);
    } catch (error) {
      return withFailureEvent("save", () => Promise.reject(error as Error));
    }
  }

  async #saved(tracked: TrackedSession, saving: Promise<boolean>): Promise<boolean> {
    const exists = await withFailureEvent("save", () => saving);
    if (exists && this.#tracked === tracked) this.#isNew = this.#mustStore = false;
    return exists;
  }

  #takeCookie(): string | undefined {
    const cookie = this.#cookie;
    const expiresAt = this.#tracked?.expiresAt;
    if (expiresAt === undefined) {
      if (!this.#removesCookie) return undefined;
      this.#removesCookie = false;
      this.#client = undefined;
      return cookie.remove();
    }
    const value = this.#value!;
    const hasMoved = cookie.isPersistent && this.#client?.expiresAt !== expiresAt;
    if (this.#client?.value === value && !hasMoved) return undefined;
    this.#removesCookie = false;
    this.#client = { value, expiresAt };
    return cookie.set(value, expiresAt);
  }
}

function isData(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
