import type { Observer } from "./driver.js";

type Listener = (...args: unknown[]) => void;

interface Emitter {
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

/** Shares one set of listeners to a client among all observers, and removes it with the last observer. */
export class Observers {
  readonly #observers = new Set<Observer>();
  readonly #emitter: Emitter;
  readonly #listeners: readonly (readonly [event: string, listener: Listener])[];

  constructor(emitter: Emitter, listeners: readonly (readonly [event: string, listener: Listener])[]) {
    this.#emitter = emitter;
    this.#listeners = listeners;
  }

  get isEmpty(): boolean {
    return this.#observers.size === 0;
  }

  add(observer: Observer): () => void {
    if (this.isEmpty) for (const [event, listener] of this.#listeners) this.#emitter.on(event, listener);
    this.#observers.add(observer);
    return () => {
      if (!this.#observers.delete(observer) || !this.isEmpty) return;
      for (const [event, listener] of this.#listeners) this.#emitter.off(event, listener);
    };
  }

  notify(event: keyof Observer, error?: unknown): void {
    for (const observer of [...this.#observers]) observer[event](error);
  }
}
