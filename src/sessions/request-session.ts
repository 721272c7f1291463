import type { LiveSession } from "./live-session.js";
import type { Session } from "./session.js";

/** Lowest HTTP status of a server error. */
const SERVER_ERROR = 500;

/**
 * Session of one request. The first `get` loads it, and `commit` saves it before the headers of the response are
 * sent. At the end of a streamed response, `commitLate` saves it again.
 */
export class RequestSession<T extends object> {
  readonly #load: () => Promise<LiveSession<T>>;
  readonly #toError: (error: unknown) => unknown;
  #loading: Promise<Session<T>> | undefined;
  #session: LiveSession<T> | undefined;
  #loadError: unknown;
  #isSealed = false;
  /** False after a failure, so that the stored session does not change. */
  #saves = true;

  /** @param toError Converts an error for the framework. */
  constructor(load: () => Promise<LiveSession<T>>, toError = (error: unknown): unknown => error) {
    this.#load = load;
    this.#toError = toError;
  }

  get(): Promise<Session<T>> {
    return (this.#loading ??= this.#loaded());
  }

  /** True if `get` rejected with this error. */
  isLoadError(error: unknown): boolean {
    return error !== undefined && error === this.#loadError;
  }

  /**
   * Saves the session if needed, before the headers are sent. Does not save it if the response has a status of 500 or
   * more, since the handler failed and its changes may be incomplete.
   * @returns the `Set-Cookie` header to send, if one is needed. It is not a promise if there is nothing to write.
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

  /**
   * Saves changes that were made after the headers were sent. Never rejects, but publishes an event if the save
   * fails.
   */
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
