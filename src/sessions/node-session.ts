import type { FailureHandler } from "./failure-response.js";
import { HeldResponse } from "./held-response.js";
import type { LiveSession } from "./live-session.js";
import { type NodeResponse, canHoldBack } from "./node-response.js";
import { RequestSession } from "./request-session.js";
import type { Session } from "./session.js";

/** Session of a request of node:http. The first `get` loads it, and delays the response until the session is saved. */
export class NodeSession<T extends object> {
  readonly #res: NodeResponse;
  readonly #load: () => Promise<LiveSession<T>>;
  readonly #failure: FailureHandler;
  #loading: Promise<Session<T>> | undefined;

  constructor(res: NodeResponse, load: () => Promise<LiveSession<T>>, failure: FailureHandler) {
    this.#res = res;
    this.#load = load;
    this.#failure = failure;
  }

  /**
   * Returns the session. If it cannot be loaded, the client gets an error response, and the promise does not settle, so
   * that the handler does not continue.
   */
  get(): Promise<Session<T>> {
    return (this.#loading ??= this.#start());
  }

  #start(): Promise<Session<T>> {
    if (!canHoldBack(this.#res)) {
      throw new TypeError(
        "sessions.get cannot save the session of an upgrade, such as to a WebSocket, when its response is sent. " +
          "Call sessions.open(request), and save or commit that session",
      );
    }
    const session = new RequestSession<T>(this.#load);
    const held = new HeldResponse(this.#res, session, this.#failure);
    return new Promise((resolve) => {
      session.get().then(resolve, (error: unknown) => held.fail(error));
    });
  }
}
