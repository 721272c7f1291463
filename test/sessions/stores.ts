import { MemoryStore, type SessionStore, StoreUnavailableError } from "sessionary";
import { onTestFinished } from "vitest";

type Method = "get" | "create" | "update" | "touch" | "destroy";

const METHODS: readonly Method[] = ["get", "create", "update", "touch", "destroy"];

/** A memory store that counts calls, and whose calls the test can make fail or wait. */
export class TestStore {
  readonly store: SessionStore;
  /** Calls since the last `reset`. */
  calls: Method[] = [];
  #failing = new Set<Method>();
  #gate: Promise<void> | undefined;

  constructor(inner: SessionStore = new MemoryStore()) {
    const store: Record<string, unknown> = { timeoutMs: inner.timeoutMs };
    for (const method of METHODS) {
      store[method] = async (...args: never[]) => {
        this.calls.push(method);
        if (method !== "get") await this.#gate;
        if (this.#failing.has(method)) throw new StoreUnavailableError("not-applied", "connection", "down");
        return (inner[method] as (...args: never[]) => unknown).apply(inner, args);
      };
    }
    for (const method of ["count", "ids", "clear", "close"] as const)
      store[method] = inner[method].bind(inner);
    this.store = store as unknown as SessionStore;
    onTestFinished(() => inner.close());
  }

  reset(): void {
    this.calls = [];
  }

  fail(...methods: Method[]): void {
    this.#failing = new Set(methods);
  }

  /** Holds back writes. @returns a function that lets them go. */
  hold(): () => void {
    const { promise, resolve } = withResolvers();
    this.#gate = promise;
    return () => {
      this.#gate = undefined;
      resolve();
    };
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
