import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { STORES, accountsOn } from "./account.js";
import type { Device } from "./device.js";

const MINUTE_MS = 60_000;
const isSignedIn = async (device: Device) => (await device.get("/")).path === "/";

// The memory store also goes by the monotonic clock: a step of the system's ends no session.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "performance"] }));
afterEach(() => vi.useRealTimers());
const letPass = (ms: number) => vi.advanceTimersByTime(ms);

describe.each(STORES)("a session, on the %s store", (kind) => {
  const start = accountsOn(kind);

  it("ends twelve hours after the sign-in, however much it is used", async () => {
    const { signedIn, store } = await start();
    const device = await signedIn();
    for (let minutes = 20; minutes < 12 * 60; minutes += 20) {
      letPass(20 * MINUTE_MS);
      expect(await isSignedIn(device)).toBe(true);
    }
    letPass(20 * MINUTE_MS);
    expect(await isSignedIn(device)).toBe(false);
    expect(await store.listByUser("ada")).toEqual([]);
  });

  it("lives for 30 minutes in the store, too, and each visit begins them anew", async () => {
    const { signedIn, store } = await start();
    const device = await signedIn();
    for (let n = 0; n < 2; n++) {
      letPass(2 * MINUTE_MS);
      expect(await isSignedIn(device)).toBe(true);
      const { expiresAt } = (await store.listByUser("ada"))[0]!;
      expect(Math.abs(expiresAt - Date.now() - 30 * MINUTE_MS)).toBeLessThan(10_000);
    }
  });
});

describe("a session that is not used", () => {
  const start = accountsOn("memory");

  it("ends after 30 minutes", async () => {
    const { signedIn, store } = await start();
    const device = await signedIn();
    letPass(29 * MINUTE_MS);
    expect(await isSignedIn(device)).toBe(true);
    const before = device.twin(); // a browser that would keep the cookie
    letPass(31 * MINUTE_MS);
    expect(await isSignedIn(before)).toBe(false);
    expect(await store.count()).toBe(0);
  });
});
