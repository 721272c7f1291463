import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What is left on the heap after a full collection, in MB. */
export function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

/** By how much the last third of the samples is above the first, in MB. */
export function growthMb(samples: number[]): number {
  const third = Math.max(1, Math.floor(samples.length / 3));
  return mean(samples.slice(-third)) - mean(samples.slice(0, third));
}

function mean(values: number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
