/** Registered, so that all copies of this package use the same symbol. */
const NEEDS_REENCODE = Symbol.for("sessionary:needs-reencode");

/**
 * Marks data whose stored text the codec would now write differently: it was encrypted with an old key, or not
 * encrypted. The mark is a symbol that is not enumerable, so copies, comparisons and JSON of the data do not contain
 * it.
 */
export function markForReencoding<D extends object>(data: D): D {
  return Object.defineProperty(data, NEEDS_REENCODE, { value: true });
}

/** True if `markForReencoding` has marked the data. */
export function needsReencode(data: object): boolean {
  return Object.hasOwn(data, NEEDS_REENCODE);
}
