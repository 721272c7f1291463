const emitted = new Set<string>();

/** Emits a process warning, once for each distinct message. */
export function warnOnce(message: string): void {
  if (emitted.has(message)) return;
  emitted.add(message);
  process.emitWarning(message, { type: "SessionaryWarning" });
}

/**
 * Warns once about a duration that is probably in seconds: it is less than 10 s in milliseconds, and at least a
 * minute in seconds.
 */
export function warnIfSeconds(name: string, ms: unknown): void {
  if (typeof ms !== "number" || !(ms >= 60 && ms < 10_000)) return;
  warnOnce(`${name} is in milliseconds: ${ms} ms = ${ms / 1_000} s; did you mean seconds?`);
}
