import type { MasterNode } from "./driver.js";
import type { CommandOptions, NodeRedisRoute, NodeRedisSentinel } from "./node-redis-routes.js";

/** Route for `createSentinel`. */
export class SentinelRoute implements NodeRedisRoute {
  readonly isCluster = false;
  #resends = 0;
  /** Commands that wait until the command before them is in the client's queue. */
  readonly #waiting: (() => void)[] = [];
  #isEntering = false;
  #isDraining = false;

  constructor(readonly client: NodeRedisSentinel) {}

  get isReady(): boolean {
    return this.client.isReady && this.client.getMasterNode() !== undefined;
  }

  get resends(): number {
    return this.#resends;
  }

  /**
   * Passes one command at a time to the client. If several commands requested a connection at the same time, they
   * would run in another order, and one of them only after all others, even after later ones.
   */
  send(args: readonly string[], _key: string | undefined, options: CommandOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => void this.#enter(args, options).then(resolve, reject));
      this.#drain();
    });
  }

  masters(): MasterNode[] {
    return [this.client];
  }

  sendTo(_master: MasterNode, args: readonly string[], options: CommandOptions): Promise<unknown> {
    return this.send(args, undefined, options);
  }

  /**
   * Starts waiting commands. Uses a loop, since a command may be in the client's queue before `sendCommand` returns.
   */
  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (!this.#isEntering && this.#waiting.length > 0) this.#waiting.shift()!();
    this.#isDraining = false;
  }

  /** Sends a command to the master, never to a replica, which may not know yet that a session was destroyed. */
  #enter(args: readonly string[], options: CommandOptions): Promise<unknown> {
    this.#isEntering = true;
    let isEntered = false;
    const entered = () => {
      if (isEntered) return void this.#resends++; // the client sends the command again, since its reply was lost
      isEntered = true;
      this.#isEntering = false;
      this.#drain();
    };
    const abortSignal = watched(options.abortSignal, entered);
    const reply = this.client.sendCommand(false, args, { ...options, abortSignal });
    reply.catch(() => {
      if (!isEntered) entered(); // it failed before it was queued, so the next one may start
    });
    return reply;
  }
}

/**
 * Returns a view of a signal that reports each new listener. The client adds a listener each time it queues a
 * command.
 */
function watched(signal: AbortSignal, onListener: () => void): AbortSignal {
  const view = {
    get aborted() {
      return signal.aborted;
    },
    addEventListener: (...args: Parameters<AbortSignal["addEventListener"]>) => {
      signal.addEventListener(...args);
      onListener();
    },
    removeEventListener: (...args: Parameters<AbortSignal["removeEventListener"]>) =>
      signal.removeEventListener(...args),
  };
  return view as AbortSignal;
}
