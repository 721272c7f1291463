/** Holds slow requests in their handlers, so that other requests run meanwhile. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #onArrival: (() => void) | undefined;

  /** Waits in a handler until the gate lets this request go on. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#onArrival?.();
    });
  }

  /** Waits until this number of requests waits at the gate. */
  arrived(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onArrival = () => this.#waiting.length >= count && resolve();
      this.#onArrival();
    });
  }

  /** Lets the request that came first go on. */
  next(): void {
    this.#waiting.shift()?.();
  }

  /** Lets all requests go on. */
  open(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}
