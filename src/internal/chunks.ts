import { setImmediate as nextTurn } from "node:timers/promises";

/** Groups values into arrays of up to `size`. Yields to the event loop after each array. */
export async function* inChunks<V>(values: AsyncIterable<V>, size: number): AsyncGenerator<V[]> {
  let chunk: V[] = [];
  for await (const value of values) {
    chunk.push(value);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
    await nextTurn();
  }
  if (chunk.length > 0) yield chunk;
}
