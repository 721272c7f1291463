import type { AdapterHandler, AdapterSession } from "./subject.js";

/** A handler of the suite. The client receives its result as JSON. */
export type SessionHandler = (session: AdapterSession) => unknown;

/** The app under test. Its handlers are functions of the suite. */
export class HandlerApp {
  url = "";
  /** Error for the last path that was not one of the suite's. */
  unknownPath: Error | undefined;
  readonly #handlers: { handler: SessionHandler; location: string | undefined }[] = [];

  /** Returns a URL that runs a handler. */
  urlOf(handler: SessionHandler, location?: string): string {
    return `${this.url}/${this.#handlers.push({ handler, location }) - 1}`;
  }

  readonly handle: AdapterHandler = async (path, session) => {
    const known = this.#handlers[Number(path.slice(1))];
    if (known === undefined) {
      this.unknownPath = new Error(
        `the handler received the path ${path}, which is none of the suite's, such as /0`,
      );
      throw this.unknownPath;
    }
    const { handler, location } = known;
    return { text: JSON.stringify((await handler(session)) ?? null), location };
  };
}
