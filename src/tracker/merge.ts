import { isDeepStrictEqual } from "node:util";
import type { Fields } from "./format.js";

/**
 * Merges the changes of one request into the stored fields: a three-way merge of JSON values.
 *
 * Plain objects are merged key by key, at every depth. Arrays and all other values are replaced as a whole. If only
 * one side changed a key, the result has that side's value. If both sides changed it, two objects are merged. If one
 * side removed an object, or replaced it by another kind of value, that change wins over edits inside the object.
 * Otherwise `mine` wins, since it is written later.
 * @param snapshot The fields when the request and the store last had the same ones.
 * @param mine The fields as the request has them now.
 * @param stored The fields that are stored now.
 * @returns the fields to store. They may share objects with the arguments, which are not changed.
 * @example
 * merge({ a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 }); // { a: 2, b: 3 }
 */
export function merge(snapshot: Fields, mine: Fields, stored: Fields): Fields {
  const keys = new Set([...Object.keys(stored), ...Object.keys(mine)]);
  const merged = [...keys].map((key) => [
    key,
    mergeValue(own(snapshot, key), own(mine, key), own(stored, key)),
  ]);
  // With Object.fromEntries, `__proto__` becomes an own key, which the codec then refuses.
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as Fields;
}

/** Merges one value. Undefined means that the key does not exist, since JSON has no undefined. */
function mergeValue(before: unknown, mine: unknown, stored: unknown): unknown {
  if (isDeepStrictEqual(mine, before)) return stored;
  // Both sides may have changed it.
  if (isPlainObject(mine) && isPlainObject(stored)) {
    return merge(isPlainObject(before) ? before : {}, mine, stored);
  }
  // The stored side removed or replaced an object that this request edited.
  if (isPlainObject(before) && isPlainObject(mine)) return stored;
  return mine;
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function isPlainObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
