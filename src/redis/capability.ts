/** Time after which the store tries a refused feature again. */
const RECHECK_MS = 10_000;

/**
 * Feature of Redis that a server or its ACL may refuse. It counts as available until a command fails because of it.
 * It counts as available again after a while and after a reconnect, since the ACL may have changed, and the next
 * server may have the feature.
 */
export class Capability {
  /** Time of `performance.now()`. */
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
