import { isDeepStrictEqual } from "node:util";

type Fields = Record<string, unknown>;

/**
 * Merges the changes of one request into what is stored: a three-way merge of JSON values.
 *
 * Plain objects merge key by key, at every depth; arrays and all other values are whole. A key that only one side
 * changed takes that side's value. If both changed it, two edited objects are merged; a removal, or a replacement of
 * an object by another kind of value, beats edits inside that object; otherwise `mine` wins, since it is written later.
 * @param snapshot the fields that the request and the store last agreed on.
 * @param mine the fields as the request has them now.
 * @param stored the fields that are stored now.
 * @returns the fields to store; the arguments are not changed, and may be shared with the result.
 */
export function merge(snapshot: Fields, mine: Fields, stored: Fields): Fields {
  const keys = new Set([...Object.keys(stored), ...Object.keys(mine)]);
  const merged = [...keys].map((key) => [
    key,
    mergeValue(own(snapshot, key), own(mine, key), own(stored, key)),
  ]);
  // Object.fromEntries makes `__proto__` a key like any other, which the codec then refuses.
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as Fields;
}

/** Merges one value; undefined stands for a key that does not exist, since JSON has no undefined. */
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
