import { AsyncLocalStorage } from "node:async_hooks";

/** Interval of the timer that observes the event loop. */
const INTERVAL_MS = 25;
/** Longest interval between two observations of a free event loop. After a longer one, the event loop was blocked. */
const MAX_GAP_MS = 3 * INTERVAL_MS;
/** Time after the last use of the clock at which its timer stops. */
const IDLE_MS = 2_000;

/** Runs a function outside the caller's async context, which the timer would otherwise keep alive. */
const withoutContext = /* @__PURE__ */ AsyncLocalStorage.snapshot();

let seenAt = 0;
let usedAt = 0;
let blockedMs = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Returns milliseconds like `performance.now()`, but does not count the time during which the event loop is blocked.
 * A deadline on this clock does not pass while the process cannot read replies that have arrived. The timer does not
 * keep the process alive.
 */
export function loopNow(): number {
  look();
  usedAt = seenAt;
  timer ??= withoutContext(() => setInterval(lookOrStop, INTERVAL_MS).unref());
  return seenAt - blockedMs;
}

/**
 * Calls `callback` at a time of `loopNow()`, after the replies that arrived before it have been read. Returns a
 * function that cancels the call.
 */
export function atLoopTime(time: number, callback: () => void): () => void {
  let isCanceled = false;
  let pending: NodeJS.Timeout;
  const wait = () => {
    const leftMs = Math.ceil(time - loopNow());
    // The timer may fire late. Node.js reads the sockets between it and setImmediate.
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
