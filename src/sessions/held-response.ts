import type { FailureHandler } from "./failure-response.js";
import { type HeldSession, endAfterSave } from "./late-save.js";
import {
  type Head,
  type HeadArguments,
  type NodeResponse,
  type SendingMethods,
  addCookie,
  applyErrorHeaders,
  applyHead,
  headOf,
  headersSentError,
  isChunk,
  restoreHead,
  sendResponse,
} from "./node-response.js";
import { SentMask } from "./sent-mask.js";

type Call = "write" | "end" | "flushHeaders";

/**
 * Delays a response of node:http until its session is saved. Nothing is sent before, so that a client which follows a
 * redirect immediately finds the saved session. A response whose session needs no save is not delayed.
 *
 * - `"open"`: nothing is sent yet. `writeHead` sets the status and the headers.
 * - `"saving"`: calls of the application wait for the save.
 * - `"passing"`: calls go to the response.
 * - `"replaced"`: the client gets an error response, and calls of the application do nothing.
 */
export class HeldResponse {
  readonly #res: NodeResponse;
  readonly #session: HeldSession;
  readonly #failure: FailureHandler;
  readonly #original: SendingMethods;
  readonly #headBefore: Head;
  #phase: "open" | "saving" | "passing" | "replaced" = "open";
  #calls: { call: Call; args: unknown[] }[] = [];
  #hasHead = false;
  #hasEnded = false;
  #isSending = false;
  readonly #mask: SentMask;

  constructor(res: NodeResponse, session: HeldSession, failure: FailureHandler) {
    this.#res = res;
    this.#session = session;
    this.#failure = failure;
    this.#headBefore = headOf(res);
    this.#mask = new SentMask(res);
    const methods = res as unknown as SendingMethods;
    const { writeHead, write, end, flushHeaders } = methods;
    this.#original = { writeHead, write, end, flushHeaders };
    methods.writeHead = (...args) => this.#writeHead(args);
    methods.write = (...args) => this.#send("write", args) as boolean;
    methods.end = (...args) => this.#send("end", args);
    methods.flushHeaders = (...args) => void this.#send("flushHeaders", args);
  }

  /** Sends an error response instead of the response of the application. */
  fail(error: unknown): void {
    if (this.#phase === "passing" && !this.#res.writableEnded) this.#res.destroy(); // a part of the response was sent
    if (this.#phase !== "open" && this.#phase !== "saving") return;
    const { next } = this.#failure;
    // The framework cannot respond while the application still writes, since the chunks would mix.
    const isStreaming = this.#calls.length > 0 && !this.#hasEnded;
    this.#mask.off();
    restoreHead(this.#res, this.#headBefore);
    if (next === undefined || isStreaming) {
      this.#enter("replaced");
      this.#mask.on();
      void this.#answer(error);
    } else {
      this.#calls = [];
      this.#reopen();
      this.#enter("passing");
      applyErrorHeaders(this.#res, error);
      next(error);
    }
  }

  #writeHead(args: HeadArguments): unknown {
    const res = this.#res;
    if (this.#phase === "replaced") return res;
    const isValid = args[0] >= 100 && args[0] <= 999;
    if (this.#phase === "passing" || !isValid) return this.#original.writeHead.apply(res, args);
    if (this.#hasHead || this.#phase === "saving") throw headersSentError("write");
    applyHead(res, args);
    this.#hasHead = true;
    this.#mask.on();
    return res;
  }

  #send(call: Call, args: unknown[]): unknown {
    const isInner = this.#isSending; // HTTP/2's `end` calls `write`
    if (isInner || !isChunk(args[0])) return this.#original[call].apply(this.#res, args);
    if (this.#phase === "replaced") return this.#drop(call, args);
    // After the end, Node.js would emit an error, which ends the process unless the application listens to it.
    if (this.#hasEnded) return call === "write" ? true : this.#res;
    if (call === "end") this.#hasEnded = true;
    if (this.#phase === "open") this.#commit(call === "end");
    return this.#forward(call, args);
  }

  #forward(call: Call, args: unknown[]): unknown {
    if (this.#phase === "saving") return this.#hold(call, args);
    if (this.#phase === "replaced") return this.#drop(call, args);
    try {
      return this.#sending(() => this.#original[call].apply(this.#res, args));
    } catch (error) {
      if (call === "end") this.#reopen();
      throw error;
    }
  }

  /** Runs a call of an original method, which may call other methods of the response. */
  #sending<R>(call: () => R): R {
    const isInner = this.#isSending;
    this.#isSending = true;
    try {
      return call();
    } finally {
      this.#isSending = isInner;
    }
  }

  /** Saves the session, and then sends the response. Sends it immediately if there is nothing to write. */
  #commit(isWhole: boolean): void {
    const committing = this.#session.commit(this.#res.statusCode);
    if (typeof committing !== "object") return this.#open(committing, isWhole);
    this.#phase = "saving";
    this.#mask.on();
    committing.then(
      (setCookie) => this.#open(setCookie, isWhole),
      (error: unknown) => this.fail(error),
    );
  }

  #open(setCookie: string | undefined, isWhole: boolean): void {
    this.#mask.off();
    if (setCookie !== undefined) addCookie(this.#res, setCookie);
    if (!isWhole) {
      const { end } = this.#original;
      const sendEnd: typeof end = (...args) => this.#sending(() => end.apply(this.#res, args));
      this.#original.end = endAfterSave(this.#res, this.#session, sendEnd);
    }
    this.#enter("passing");
  }

  /** Enters a phase in which calls do not wait, and repeats the calls that waited. */
  #enter(phase: "passing" | "replaced"): void {
    this.#phase = phase;
    const calls = this.#calls;
    this.#calls = [];
    let canWrite = false;
    try {
      for (const { call, args } of calls) {
        const result = this.#forward(call, args);
        if (call === "write") canWrite = result === true;
      }
    } catch (error) {
      if (this.#res.headersSent) return void this.#res.destroy();
      this.#phase = "open";
      return this.fail(error);
    }
    if (canWrite) this.#res.emit("drain");
  }

  #hold(call: Call, args: unknown[]): unknown {
    if (call === "end") this.#mask.end();
    this.#calls.push({ call, args });
    return call === "write" ? false : this.#res;
  }

  #drop(call: Call, args: unknown[]): unknown {
    if (call === "end") this.#mask.end();
    const callback = args.findLast((arg) => typeof arg === "function") as (() => void) | undefined;
    if (callback !== undefined) {
      if (call === "end") this.#res.once("finish", callback);
      else process.nextTick(callback);
    }
    return call === "write" ? true : this.#res;
  }

  #reopen(): void {
    this.#hasEnded = false;
    this.#mask.reopen();
  }

  async #answer(error: unknown): Promise<void> {
    const response = await this.#failure.answer(error);
    const body = new Uint8Array(await response.arrayBuffer());
    this.#phase = "passing";
    this.#reopen();
    this.#mask.off();
    sendResponse(this.#res, response, body);
    this.#phase = "replaced";
  }
}
