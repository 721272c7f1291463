/** A registered symbol, so that all copies of this package agree. */
const STALE = Symbol.for("sessionary:stale");

/**
 * Marks data whose stored text its codec would write otherwise by now: under an old key, or in plain. The
 * mark is no field: it shows in no copy, no comparison and no JSON of the data.
 */
export function markStale<D extends object>(data: D): D {
  return Object.defineProperty(data, STALE, { value: true });
}

export function isStale(data: object): boolean {
  return Object.hasOwn(data, STALE);
}
