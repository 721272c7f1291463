/** Time after which a feature that was refused is tried again. */
const RECHECK_MS = 10_000;

/**
 * Feature of Redis that a server or its ACL may refuse. It counts as available until a command fails for lack of it,
 * and again after a while and after a reconnect: the ACL may change, and the next server may have it.
 */
export class Capability {
  /** On the clock of `performance.now()`. */
  #refusedUntil = 0;

  get isAvailable(): boolean {
    return this.#refusedUntil === 0 || performance.now() >= this.#refusedUntil;
  }

  refuse(): void {
    this.#refusedUntil = performance.now() + RECHECK_MS;
  }

  reset(): void {
    this.#refusedUntil = 0;
  }
}
