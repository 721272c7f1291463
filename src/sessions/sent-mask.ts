import { type NodeResponse, headersSentError, isHttp2 } from "./node-response.js";

const HEADER_METHODS = {
  setHeader: "set",
  setHeaders: "set",
  appendHeader: "append",
  removeHeader: "remove",
} as const;

const SENT: PropertyDescriptorMap = {
  headersSent: { configurable: true, get: () => true },
  ...Object.fromEntries(
    Object.entries(HEADER_METHODS).map(([method, action]) => {
      const refuse = () => {
        throw headersSentError(action);
      };
      return [method, { configurable: true, writable: true, value: refuse }];
    }),
  ),
};

const NAMES = [...Object.keys(SENT), "writableEnded"];

/**
 * Makes a delayed response look as if it was sent: its headers cannot be changed, and a change of its status has no
 * effect. Otherwise a second response of the application could change the first one.
 */
export class SentMask {
  readonly #res: NodeResponse;
  readonly #hasEnded: () => boolean;
  #status: { statusCode: number; statusMessage: string | undefined } | undefined;
  /** Own properties of the response that are masked. */
  #masked: PropertyDescriptorMap = {};

  /** @param hasEnded Returns true if the application has ended the response. */
  constructor(res: NodeResponse, hasEnded: () => boolean) {
    this.#res = res;
    this.#hasEnded = hasEnded;
  }

  on(): void {
    const res = this.#res;
    if (this.#status !== undefined) return;
    // HTTP/2 has no status message: Node.js would print a warning.
    const statusMessage = isHttp2(res) ? undefined : res.statusMessage;
    this.#status = { statusCode: res.statusCode, statusMessage };
    for (const name of NAMES) {
      const own = Object.getOwnPropertyDescriptor(res, name);
      if (own !== undefined) this.#masked[name] = own;
    }
    Object.defineProperties(res, SENT);
    Object.defineProperty(res, "writableEnded", { configurable: true, get: this.#hasEnded });
  }

  off(): void {
    const res = this.#res;
    if (this.#status === undefined) return;
    for (const name of NAMES) delete (res as unknown as Record<string, unknown>)[name];
    Object.defineProperties(res, this.#masked);
    this.#masked = {};
    const { statusCode, statusMessage } = this.#status;
    this.#status = undefined;
    res.statusCode = statusCode;
    if (!isHttp2(res) && res.statusMessage !== statusMessage) res.statusMessage = statusMessage!;
  }
}
