import { type NodeResponse, headersSentError, isHttp2 } from "./node-response.js";

/** Text of the headers while they are not sent yet. Node.js and packages for Express only ask whether there is one. */
const HELD_HEADERS = "held";

/** Own properties that make a response of HTTP/2 look as if it was sent. */
const SENT: PropertyDescriptorMap = {
  headersSent: { configurable: true, get: () => true },
  setHeader: /* @__PURE__ */ refusing("set"),
  setHeaders: /* @__PURE__ */ refusing("set"),
  appendHeader: /* @__PURE__ */ refusing("append"),
  removeHeader: /* @__PURE__ */ refusing("remove"),
};

const ENDED: PropertyDescriptor = { configurable: true, value: true };

/**
 * Makes a delayed response look as if it was sent: its headers cannot be changed, and a change of its status has no
 * effect. Otherwise a second response of the application could change the first one.
 */
export class SentMask {
  readonly #res: NodeResponse;
  #status: { statusCode: number; statusMessage: string | undefined } | undefined;
  /** Own properties of a response of HTTP/2 that are masked. */
  #masked: PropertyDescriptorMap = {};

  constructor(res: NodeResponse) {
    this.#res = res;
  }

  on(): void {
    const res = this.#res;
    if (this.#status !== undefined) return;
    // HTTP/2 has no status message: Node.js would print a warning.
    const statusMessage = isHttp2(res) ? undefined : res.statusMessage;
    this.#status = { statusCode: res.statusCode, statusMessage };
    if (isHttp2(res)) this.#mask();
    else setHeaderText(res, HELD_HEADERS);
  }

  off(): void {
    const res = this.#res;
    if (this.#status === undefined) return;
    if (isHttp2(res)) this.#unmask();
    else setHeaderText(res, null);
    const { statusCode, statusMessage } = this.#status;
    this.#status = undefined;
    res.statusCode = statusCode;
    if (!isHttp2(res) && res.statusMessage !== statusMessage) res.statusMessage = statusMessage!;
  }

  /** Makes the response look as if it was ended. */
  end(): void {
    Object.defineProperty(this.#res, "writableEnded", ENDED);
  }

  /** Makes the response look as if it was not ended, so that another response can be sent. */
  reopen(): void {
    delete (this.#res as { writableEnded?: boolean }).writableEnded;
  }

  #mask(): void {
    for (const name of Object.keys(SENT)) {
      const own = Object.getOwnPropertyDescriptor(this.#res, name);
      if (own !== undefined) this.#masked[name] = own;
    }
    Object.defineProperties(this.#res, SENT);
  }

  #unmask(): void {
    for (const name of Object.keys(SENT)) delete (this.#res as unknown as Record<string, unknown>)[name];
    Object.defineProperties(this.#res, this.#masked);
    this.#masked = {};
  }
}

/** Returns the property for a method that throws, as the methods of a response do after its headers are sent. */
function refusing(action: "append" | "remove" | "set"): PropertyDescriptor {
  const refuse = () => {
    throw headersSentError(action);
  };
  return { configurable: true, writable: true, value: refuse };
}

/**
 * Sets the field in which Node.js keeps the text of the headers that were sent. While it is set, Node.js refuses to
 * change headers. Own properties for that purpose on each response are slow: V8 then keeps it as a dictionary.
 */
function setHeaderText(res: NodeResponse, text: string | null): void {
  (res as unknown as { _header: string | null })._header = text;
}
