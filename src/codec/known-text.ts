import { privateField } from "../internal/private-field.js";
import type { SessionRecord } from "../store.js";

/** Store of any data. */
interface Store {
  get: (id: string) => Promise<SessionRecord<object> | undefined>;
}

const texts = /* @__PURE__ */ privateField<string>();

/** Methods `get` that return the data as it was decoded. */
const DECODING = new WeakSet<Store["get"]>();

/** Keeps the JSON text of data that was just decoded. */
export function keepText(data: object, text: string): void {
  texts.set(data, text);
}

/**
 * Declares that `get` of a prototype returns the data as it was decoded. A constructor calls it, since a call at the top
 * level of a module would keep the class in every bundle.
 */
export function returnsDecoded(prototype: Store): void {
  DECODING.add(prototype.get);
}

/**
 * Returns the JSON text of a record that `get` of this store has just returned, if it is known. It is not known if a
 * store wraps another one, since it may have changed the data.
 */
export function knownText(store: Store, record: SessionRecord<object>): string | undefined {
  return DECODING.has(store.get) ? texts.get(record.data) : undefined;
}
