import { endAfterSave } from "./late-save.js";
import {
  type Head,
  type HeadArguments,
  type NodeResponse,
  type SendingMethods,
  addCookie,
  applyHead,
  headOf,
  headersSentError,
  isChunk,
  restoreHead,
  sendResponse,
} from "./node-response.js";
import type { RequestSession } from "./request-session.js";

/** Answers a request whose session could not be loaded or saved. */
export interface FailureHandler {
  /** Passes the error to the framework, which answers it; undefined without a framework. */
  next: ((error: unknown) => void) | undefined;
  /** Returns the answer where no framework gives one. */
  answer: (error: unknown) => Promise<Response>;
}

type Call = "write" | "end" | "flushHeaders";

/**
 * Holds back a response of node:http until its session is saved. Nothing is sent before, so that a client which follows
 * a redirect at once finds what was saved. A response whose session needs no save is not held.
 *
 * - `"open"`: nothing is sent yet. `writeHead` sets the status and the headers.
 * - `"saving"`: the calls of the application wait for the save.
 * - `"passing"`: all calls pass.
 * - `"replaced"`: the client gets an answer to a failure, and the calls of the application do nothing.
 */
export class HeldResponse {
  readonly #res: NodeResponse;
  readonly #session: RequestSession<object>;
  readonly #failure: FailureHandler;
  readonly #original: SendingMethods;
  readonly #headBefore: Head;
  #phase: "open" | "saving" | "passing" | "replaced" = "open";
  #calls: { call: Call; args: unknown[] }[] = [];
  #hasHead = false;
  #hasEnded = false;
  #isMasked = false;

  constructor(res: NodeResponse, session: RequestSession<object>, failure: FailureHandler) {
    this.#res = res;
    this.#session = session;
    this.#failure = failure;
    this.#headBefore = headOf(res);
    const methods = res as unknown as SendingMethods;
    const { writeHead, write, end, flushHeaders } = methods;
    this.#original = { writeHead, write, end, flushHeaders };
    methods.writeHead = (...args) => this.#writeHead(args);
    methods.write = (...args) => this.#send("write", args) as boolean;
    methods.end = (...args) => this.#send("end", args);
    methods.flushHeaders = (...args) => void this.#send("flushHeaders", args);
  }

  /** Answers the request with an error, in place of what the application sends. */
  fail(error: unknown): void {
    if (this.#phase === "passing" && !this.#res.writableEnded) this.#res.destroy(); // the answer has begun
    if (this.#phase !== "open" && this.#phase !== "saving") return;
    const { next } = this.#failure;
    // A framework cannot answer while the application still writes: the chunks would mix.
    const isStreaming = this.#calls.length > 0 && !this.#hasEnded;
    restoreHead(this.#res, this.#headBefore);
    if (next === undefined || isStreaming) {
      this.#enter("replaced");
      void this.#answer(error);
    } else {
      this.#calls = [];
      this.#enter("passing");
      next(error);
    }
  }

  #writeHead(args: HeadArguments): unknown {
    const res = this.#res;
    if (this.#phase === "replaced") return res;
    const isValid = args[0] >= 100 && args[0] <= 999;
    if (this.#phase === "passing" || !isValid) return this.#original.writeHead.apply(res, args);
    if (this.#hasHead || this.#phase === "saving") throw headersSentError();
    applyHead(res, args);
    this.#hasHead = true;
    this.#mask();
    return res;
  }

  #send(call: Call, args: unknown[]): unknown {
    if (!isChunk(args[0])) return this.#original[call].apply(this.#res, args); // it throws
    if (this.#phase === "open") this.#commit(call === "end");
    if (this.#phase === "saving") return this.#hold(call, args);
    if (this.#phase === "replaced") return this.#drop(call, args);
    return this.#original[call].apply(this.#res, args);
  }

  /** Saves the session, and lets the response pass: at once if nothing has to be written. */
  #commit(isWhole: boolean): void {
    const committing = this.#session.commit(this.#res.statusCode);
    if (typeof committing !== "object") return this.#open(committing, isWhole);
    this.#phase = "saving";
    this.#mask();
    committing.then(
      (setCookie) => this.#open(setCookie, isWhole),
      (error: unknown) => this.fail(error),
    );
  }

  #open(setCookie: string | undefined, isWhole: boolean): void {
    if (setCookie !== undefined) addCookie(this.#res, setCookie);
    if (!isWhole) this.#original.end = endAfterSave(this.#res, this.#session, this.#original.end);
    this.#enter("passing");
  }

  /** Enters a phase in which nothing waits, and repeats the calls that waited. */
  #enter(phase: "passing" | "replaced"): void {
    this.#phase = phase;
    if (!this.#isMasked) return;
    this.#unmask();
    const calls = this.#calls;
    this.#calls = [];
    let canWrite = false;
    try {
      for (const { call, args } of calls) {
        const result = this.#send(call, args);
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
    this.#calls.push({ call, args });
    if (call === "end") this.#hasEnded = true;
    return call === "write" ? false : this.#res;
  }

  #drop(call: Call, args: unknown[]): unknown {
    const callback = args.findLast((arg) => typeof arg === "function") as (() => void) | undefined;
    if (callback !== undefined) {
      if (call === "end") this.#res.once("finish", callback);
      else process.nextTick(callback);
    }
    return call === "write" ? true : this.#res;
  }

  async #answer(error: unknown): Promise<void> {
    const response = await this.#failure.answer(error);
    const body = new Uint8Array(await response.arrayBuffer());
    this.#phase = "passing";
    sendResponse(this.#res, response, body);
    this.#phase = "replaced";
  }

  /** Makes the response look as it would if nothing was held back. */
  #mask(): void {
    if (this.#isMasked) return;
    this.#isMasked = true;
    Object.defineProperties(this.#res, {
      headersSent: { configurable: true, get: () => true },
      writableEnded: { configurable: true, get: () => this.#hasEnded },
    });
  }

  #unmask(): void {
    const res = this.#res as { headersSent?: boolean; writableEnded?: boolean };
    delete res.headersSent;
    delete res.writableEnded;
    this.#isMasked = false;
  }
}
