import { describe, expect, it } from "vitest";
import { SessionConflictError, SessionExistsError } from "sessionary";
import { loopNow } from "../../src/internal/loop-clock.js";
import { retryConflicts } from "../../src/internal/retry-conflicts.js";

const conflict = () => new SessionConflictError({ data: {}, expiresAt: 0, version: "1" });
const inMs = (ms: number) => ({ deadline: loopNow() + ms });

describe("retryConflicts", () => {
  it("runs the task again until it meets no conflict", async () => {
    const result = await retryConflicts(async (attempt) => {
      if (attempt < 10) throw conflict();
      return attempt;
    }, inMs(10_000));
    expect(result).toBe(10);
  });

  it("rejects with the conflict once the deadline has passed", async () => {
    const start = loopNow();
    let attempts = 0;
    const failing = retryConflicts(async () => {
      attempts++;
      throw conflict();
    }, inMs(100));
    await expect(failing).rejects.toMatchObject({ code: "ERR_SESSION_CONFLICT" });
    expect(loopNow() - start).toBeGreaterThanOrEqual(99);
    expect(attempts).toBeGreaterThan(3);
  });

  it("does not count the time during which the event loop was blocked", async () => {
    const result = await retryConflicts(async (attempt) => {
      const end = performance.now() + 300;
      while (performance.now() < end);
      if (attempt < 3) throw conflict();
      return attempt;
    }, inMs(200));
    expect(result).toBe(3);
  });

  it("rejects with any other error at once", async () => {
    let attempts = 0;
    const failing = retryConflicts(async () => {
      attempts++;
      throw new SessionExistsError();
    }, inMs(10_000));
    await expect(failing).rejects.toMatchObject({ code: "ERR_SESSION_EXISTS" });
    expect(attempts).toBe(1);
  });
});
