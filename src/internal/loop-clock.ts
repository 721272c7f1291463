import { AsyncLocalStorage } from "node:async_hooks";

/** Interval at which a free event loop is seen. */
const INTERVAL_MS = 25;
/** Longest time between two looks at a free event loop; more of it was blocked. */
const MAX_GAP_MS = 3 * INTERVAL_MS;
/** Time after the last use of the clock at which it stops looking. */
const IDLE_MS = 2_000;

/** Runs a function in no caller's context, which the timer would keep alive. */
const withoutContext = AsyncLocalStorage.snapshot();

let seenAt = performance.now();
let usedAt = seenAt;
let blockedMs = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Returns milliseconds like `performance.now()`, without the time during which the event loop was blocked. A deadline
 * on this clock does not pass while replies that have arrived cannot be read. The clock keeps no process alive.
 */
export function loopNow(): number {
  look();
  usedAt = seenAt;
  timer ??= withoutContext(() => setInterval(lookOrStop, INTERVAL_MS).unref());
  return seenAt - blockedMs;
}

/** Calls back at a time of `loopNow()`, after replies that arrived before are read. Returns a function that cancels. */
export function atLoopTime(time: number, callback: () => void): () => void {
  let isCanceled = false;
  let pending: NodeJS.Timeout;
  const wait = () => {
    const leftMs = Math.ceil(time - loopNow());
    // A timer may be late: sockets are read between it and setImmediate.
    if (leftMs > 0) pending = setTimeout(wait, leftMs);
    else setImmediate(() => isCanceled || callback());
  };
  pending = setTimeout(wait, Math.max(0, Math.ceil(time - loopNow())));
  return () => {
    isCanceled = true;
    clearTimeout(pending);
  };
}

function look(): void {
  const now = performance.now();
  const gapMs = now - seenAt;
  if (timer !== undefined && gapMs > MAX_GAP_MS) blockedMs += gapMs - INTERVAL_MS;
  seenAt = now;
}

function lookOrStop(): void {
  look();
  if (seenAt - usedAt < IDLE_MS) return;
  clearInterval(timer);
  timer = undefined;
}
