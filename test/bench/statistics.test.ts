import { describe, expect, it } from "vitest";
import { median, quantile } from "../../bench/statistics.js";

describe("statistics", () => {
  it("has the median of an odd number of values be the middle one, whatever their order", () => {
    expect(median([10, 1, 2])).toBe(2);
  });

  it("has the median of an even number of values lie between the two in the middle", () => {
    expect(median([4, 1, 100, 2])).toBe(3);
  });

  it("has quantiles between ranks, and leaves the values as they were", () => {
    const values = [30, 10, 20];
    expect([quantile(values, 0), quantile(values, 0.25), quantile(values, 1)]).toEqual([10, 15, 30]);
    expect(values).toEqual([30, 10, 20]);
  });

  it("refuses to say anything of no values", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
