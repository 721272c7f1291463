import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

export type Direction = "request" | "reply";

export interface LinkBehaviour {
  /** What of a chunk goes on: all, a part or nothing. */
  pass: (direction: Direction, chunk: Buffer) => Buffer | undefined;
  /** Whether the end of one side is kept from the other. */
  swallowsEnd: () => boolean;
  latencyMs: () => number;
  sliceBytes: () => number;
  closed: () => void;
}

/** More than this is not held up: the sender has to wait. */
const MAX_QUEUED_BYTES = 1 << 20;

/** One client's connection through the proxy, and its counterpart to the server. */
export class ProxyLink {
  readonly client: Socket;
  /** Whether bytes were swallowed; the stream is of no use afterwards. */
  hasLost = false;
  readonly #server: Socket;
  readonly #behaviour: LinkBehaviour;
  readonly #gone = new AbortController();
  #ending = false;

  constructor(client: Socket, targetPort: number, behaviour: LinkBehaviour) {
    this.client = client;
    this.#behaviour = behaviour;
    this.#server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    this.#forward("request", client, this.#server);
    this.#forward("reply", this.#server, client);
  }

  /** Resets both sides: they see ECONNRESET. */
  reset(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    this.client.resetAndDestroy();
    this.#server.resetAndDestroy();
    this.#behaviour.closed();
  }

  /** Ends the connection once the chunk that is being passed on has been sent; the rest is dropped. */
  endAfterThis(): void {
    this.#ending = true;
  }

  #forward(direction: Direction, from: Socket, to: Socket): void {
    let queue = Promise.resolve();
    let queuedBytes = 0;
    const enqueue = (step: () => Promise<void> | void) => {
      queue = queue.then(step).catch(() => this.reset()); // the other side has gone, or this link has
    };
    const swallowsEnd = () => this.#behaviour.swallowsEnd() && (this.hasLost = true);

    from.on("data", (chunk: Buffer) => {
      const rest = this.#ending ? undefined : this.#behaviour.pass(direction, chunk);
      if (rest === undefined) return;
      const isLast = this.#ending;
      const due = performance.now() + this.#behaviour.latencyMs();
      queuedBytes += rest.length;
      if (queuedBytes > MAX_QUEUED_BYTES) from.pause();
      enqueue(async () => {
        const waitMs = due - performance.now();
        if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#gone.signal });
        await this.#send(rest, to);
        queuedBytes -= rest.length;
        if (from.isPaused()) from.resume();
        if (!isLast) return;
        this.client.end();
        this.#server.destroy();
      });
    });
    from.on("end", () => swallowsEnd() || enqueue(() => void to.end()));
    from.on("error", () => swallowsEnd() || this.reset());
    from.on("close", () => {
      if (this.client.destroyed && this.#server.destroyed) this.#behaviour.closed();
    });
  }

  async #send(chunk: Buffer, to: Socket): Promise<void> {
    const size = this.#behaviour.sliceBytes();
    for (let at = 0; at < chunk.length && !to.writableEnded; at += size) {
      if (!to.write(chunk.subarray(at, at + size))) await once(to, "drain", { signal: this.#gone.signal });
      if (size < chunk.length) await nextTurn();
    }
  }
}
