/** A point where calls wait until they may go on. */
export class Latch {
  /** Resolves once a call waits. */
  readonly reached: Promise<void>;
  readonly #opened: Promise<void>;
  #reach!: () => void;
  #open!: () => void;

  constructor() {
    this.reached = new Promise((resolve) => (this.#reach = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  wait(): Promise<void> {
    this.#reach();
    return this.#opened;
  }

  open(): void {
    this.#open();
  }
}
