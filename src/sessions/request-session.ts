import type { LiveSession } from "./live-session.js";
import type { Session } from "./session.js";

/** Lowest status of a response that reports a failure of the server. */
const SERVER_ERROR = 500;

/**
 * The session of one request: loaded by the first `get`, saved before the headers of the response are sent, and saved
 * again at the end of a streamed response.
 */
export class RequestSession<T extends object> {
  readonly #load: () => Promise<LiveSession<T>>;
  readonly #toError: (error: unknown) => unknown;
  #loading: Promise<Session<T>> | undefined;
  #session: LiveSession<T> | undefined;
  #loadError: unknown;
  #isSealed = false;
  /** False after a failure: the session stays as it was. */
  #saves = true;

  /** @param toError converts an error for the framework. */
  constructor(load: () => Promise<LiveSession<T>>, toError = (error: unknown): unknown => error) {
    this.#load = load;
    this.#toError = toError;
  }

  get(): Promise<Session<T>> {
    return (this.#loading ??= this.#loaded());
  }

  /** True if this error is the reason why `get` rejected. */
  isLoadError(error: unknown): boolean {
    return error !== undefined && error === this.#loadError;
  }

  /**
   * Saves the session, if that is needed, before the headers are sent. It is not saved for a response with a status of
   * 500 or more: the handler failed, and what it changed may be incomplete.
   * @returns the `Set-Cookie` header to send, if one is needed; without a promise if nothing is written.
   */
  commit(status: number): Promise<string | undefined> | string | undefined {
    if (status >= SERVER_ERROR) this.#saves = false;
    const committing = this.#session?.commitNow(this.#saves);
    if (typeof committing !== "object") {
      this.#seal();
      return committing;
    }
    return committing.then(
      (setCookie) => {
        this.#seal();
        return setCookie;
      },
      (error: unknown) => {
        this.#saves = false;
        throw this.#toError(error);
      },
    );
  }

  /** Saves what changed after the headers were sent. It never rejects: a failure is an event. */
  commitLate(): Promise<unknown> | undefined {
    return this.#saves ? this.#session?.commitLate() : undefined;
  }

  async #loaded(): Promise<Session<T>> {
    try {
      this.#session = await this.#load();
    } catch (error) {
      throw (this.#loadError = this.#toError(error));
    }
    if (this.#isSealed) this.#session.seal();
    return this.#session;
  }

  #seal(): void {
    this.#isSealed = true;
    this.#session?.seal();
  }
}
