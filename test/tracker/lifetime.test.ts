import { describe, expect, it } from "vitest";
import { endOf, hasExpiry, isTouchDue, sameLifetime } from "../../src/tracker/lifetime.js";

const NOW = Date.UTC(2030, 0, 1);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe("endOf", () => {
  it("counts an idle timeout from now", () => expect(endOf(HOUR_MS, NOW)).toBe(NOW + HOUR_MS));
  it("returns a fixed end as it is", () => expect(endOf(new Date(NOW + 5), NOW)).toBe(NOW + 5));
});

describe("sameLifetime", () => {
  it("compares idle timeouts and fixed ends by value", () => {
    expect(sameLifetime(HOUR_MS, HOUR_MS)).toBe(true);
    expect(sameLifetime(HOUR_MS, MINUTE_MS)).toBe(false);
    expect(sameLifetime(new Date(NOW), new Date(NOW))).toBe(true);
    expect(sameLifetime(new Date(NOW), new Date(NOW + 1))).toBe(false);
  });

  it("tells an idle timeout from a fixed end", () => expect(sameLifetime(NOW, new Date(NOW))).toBe(false));
});

describe("hasExpiry", () => {
  it("is false only for an end that no cookie can name", () => {
    expect(hasExpiry(Date.UTC(9999, 11, 31))).toBe(true);
    expect(hasExpiry(Date.UTC(9999, 11, 31) + 1)).toBe(false);
  });
});

describe("isTouchDue", () => {
  const isDue = (movedByMs: number, touchAfterMs: number, lifetimeMs: number) =>
    isTouchDue(NOW + lifetimeMs - movedByMs, NOW + lifetimeMs, touchAfterMs, NOW);

  it("is true once the expiry would move by touchAfterMs", () => {
    expect(isDue(MINUTE_MS - 1, MINUTE_MS, HOUR_MS)).toBe(false);
    expect(isDue(MINUTE_MS, MINUTE_MS, HOUR_MS)).toBe(true);
  });

  it("is true once a tenth of a short lifetime has passed", () => {
    expect(isDue(MINUTE_MS - 1, HOUR_MS, 10 * MINUTE_MS)).toBe(false);
    expect(isDue(MINUTE_MS, HOUR_MS, 10 * MINUTE_MS)).toBe(true);
  });

  it("is false unless the expiry would move forward", () => {
    expect(isDue(0, 0, HOUR_MS)).toBe(false);
    expect(isDue(-HOUR_MS, 0, HOUR_MS)).toBe(false);
    expect(isDue(1, 0, HOUR_MS)).toBe(true);
    expect(isTouchDue(NOW - 1, NOW - 2, 0, NOW)).toBe(false); // both have passed
  });
});
