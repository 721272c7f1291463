const emitted = new Set<string>();

/** Emits a process warning, once for each text. */
export function warnOnce(message: string): void {
  if (emitted.has(message)) return;
  emitted.add(message);
  process.emitWarning(message, { type: "SessionaryWarning" });
}
