import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { TransientMap } from "../../src/internal/transient-map.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as (options?: { type: "minor" }) => void;

test("has the same values as a Map, whatever is set and deleted", () => {
  const map = new TransientMap<{ n: number }>();
  const model = new Map<string, { n: number }>();
  let random = 1;
  const below = (max: number) => (random = (random * 48_271) % 2_147_483_647) % max;
  for (let n = 0; n < 50_000; n++) {
    const key = `key-${below(4_000)}`;
    if (below(2) === 0) {
      map.set(key, { n });
      model.set(key, { n });
    } else {
      map.delete(key);
      model.delete(key);
    }
    const other = `key-${below(4_000)}`;
    expect(map.get(other)).toEqual(model.get(other));
  }
});

test("keeps neither keys nor values that were deleted", () => {
  const map = new TransientMap<object>();
  const kept = new Set<string>();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 500_000; n++) {
    const key = `a key of which there are many: ${n}`;
    map.set(key, {});
    if (n % 50_000 === 0) kept.add(key);
    else map.delete(key);
  }
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
  for (const key of kept) expect(map.get(key)).toEqual({});
});

test("lets minor garbage collections free values that were deleted, however many there were", () => {
  const map = new TransientMap<object>();
  const useMany = () => {
    for (let n = 0; n < 200_000; n++) {
      map.set(`key ${n}`, { list: Array.from({ length: 20 }, () => n) });
      if (n >= 100) map.delete(`key ${n - 100}`);
      if (n % 1_000 === 0) collectGarbage({ type: "minor" });
    }
  };
  useMany(); // a part of the map is old from now on
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  useMany();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(22_000_000);
});
