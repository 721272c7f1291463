import { setTimeout as sleep } from "node:timers/promises";

/** Asks until the answer is yes; an answer that is an error counts as no. */
export async function waitUntil(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  { withinMs = 20_000, everyMs = 20 } = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  do {
    try {
      if (await isSo()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(everyMs);
  } while (performance.now() < deadline);
  throw new Error(`not within ${withinMs} ms: ${what}`, { cause: last });
}
