import { describe, expect, it } from "vitest";
import { isSessionId } from "sessionary";
import { SIZES, idOf, sampleSession } from "../../bench/sessions.js";

describe("the sessions that are measured", () => {
  it.each(Object.entries(SIZES))("take %s as JSON, within 5 %", (_, bytes) => {
    for (const n of [0, 1, 1_999, 999_999]) {
      const { length } = JSON.stringify(sampleSession(n, bytes));
      expect(Math.abs(length / bytes - 1), `session ${n} takes ${length}`).toBeLessThanOrEqual(0.05);
    }
  });

  it("have ids as the frameworks make them, all different", () => {
    const ids = new Set(Array.from({ length: 1_000 }, (_, n) => idOf(n)));
    expect(ids.size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^[\w-]{32}$/);
    expect([...ids].every(isSessionId)).toBe(true);
  });

  it("are the same each time, the date apart", () => {
    const { cookie: _, ...fields } = sampleSession(7, SIZES["600 B"]);
    const { cookie: __, ...again } = sampleSession(7, SIZES["600 B"]);
    expect(again).toEqual(fields);
  });
});
