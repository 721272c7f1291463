import { isDeepStrictEqual } from "node:util";
import { type Fields, copyOf, isObject } from "./edits.js";

/** A change of one value that is no object before, or none after. Undefined stands for a key that does not exist. */
interface Change {
  path: string[];
  to: unknown;
}

/**
 * Returns what has to be stored after a request made `after` out of `before` while `stored` was stored. Written
 * independently of the product: it collects each change of the request, and makes them one by one.
 */
export function expectedFields(before: Fields, after: Fields, stored: Fields): Fields {
  const result = copyOf(stored);
  for (const change of changesOf(before, after, [])) make(result, change);
  return result;
}

function changesOf(before: Fields, after: Fields, path: string[]): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [from, to] = [before[name], after[name]];
    if (isDeepStrictEqual(from, to)) return [];
    const here = [...path, name];
    return isObject(from) && isObject(to) ? changesOf(from, to, here) : [{ path: here, to }];
  });
}

function make(root: Fields, { path, to }: Change): void {
  let at = root;
  for (const name of path.slice(0, -1)) {
    if (!isObject(at[name])) return; // removed or replaced meanwhile, which beats changes inside
    at = at[name];
  }
  const name = path.at(-1)!;
  const stored = at[name];
  if (isObject(to) && isObject(stored)) {
    // Both put an object in the place of something else: each keeps its keys.
    for (const change of changesOf({}, to, [])) make(stored, change);
  } else if (to === undefined) delete at[name];
  else at[name] = copyOf({ to }).to;
}
