import { setImmediate as nextTurn } from "node:timers/promises";

/** Number of keys that an iteration visits in one turn of the event loop. */
const PAGE = 1_000;

/** Yields the keys for which `includes` returns true, one page in each turn of the event loop. */
export async function* keyPages(
  keys: ReadonlySet<string>,
  includes: (key: string) => boolean,
): AsyncGenerator<string[]> {
  // Keys that are added during the iteration come last. Without this limit, a caller that adds keys while it iterates
  // would never reach the end.
  let left = keys.size;
  let page: string[] = [];
  for (const key of keys) {
    if (left-- === 0) break;
    if (includes(key)) page.push(key);
    if (left % PAGE !== 0) continue;
    yield page;
    page = [];
    await nextTurn();
  }
  yield page;
}
