import { hashIds } from "sessionary";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PASSWORD, STORES, accountsOn } from "./account.js";
import { Device } from "./device.js";

const MINUTE_MS = 60_000;
const FIREFOX = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
const IPHONE = {
  "user-agent":
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
    "Version/18.5 Mobile/15E148 Safari/604.1",
};

afterEach(() => vi.useRealTimers());
const letPass = (ms: number) => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
};

describe.each(STORES)("the devices, on the %s store", (kind) => {
  const start = accountsOn(kind);
  const two = async () => {
    const account = await start();
    const [a, b] = [await account.signedIn(FIREFOX), await account.signedIn(IPHONE)];
    return { ...account, a, b };
  };
  /** The handle of the other device, as its page has it. */
  const handleOfOther = async (device: Device) =>
    (await device.devices()).find(({ handle }) => handle !== undefined)!.handle!;
  const end = async (device: Device, handle: string) => device.post("/devices/end", { handle });

  it("are all of the user's, with browser and last visit, and this one told from the others", async () => {
    const { a, b, signedIn } = await two();
    await signedIn({}, "grace");
    for (const [device, here] of [[a, "Firefox on Linux"] as const, [b, "Safari on iPhone"] as const]) {
      const lines = await device.devices();
      expect(lines.map(({ text }) => text.split(" Last seen")[0]).sort()).toEqual([
        "Firefox on Linux",
        "Safari on iPhone",
      ]);
      for (const { text, handle } of lines) {
        expect(text).toMatch(/Last seen this minute, signed in \d+ \w+ \d{4}, \d\d:\d\d UTC/);
        expect([text.startsWith(here), text.includes("This device"), handle === undefined]).toEqual(
          text.startsWith(here) ? [true, true, true] : [false, false, false],
        );
      }
    }
  });

  it("end one by one, and the one that ends it stays", async () => {
    const { a, b, store } = await two();
    const { path, text } = await end(a, await handleOfOther(a));
    expect(path).toBe("/?done=ended");
    expect(text).toContain("That device is signed out.");
    expect(await store.count()).toBe(1);
    expect((await b.get("/")).path).toBe("/sign-in");
    expect(await a.devices()).toHaveLength(1);
  });

  it("end only by their own user, and never by their id or what is no handle", async () => {
    const { a, store, signedIn } = await two();
    const grace = await signedIn({}, "grace");
    const handle = await handleOfOther(a);
    for (const each of [handle, "", "x", "__proto__", a.cookies.get("id")!]) {
      expect((await end(grace, each)).status).toBe(200);
    }
    expect(await store.count()).toBe(3);
  });

  it("end all together, but for the one that asks, and nobody else's", async () => {
    const { a, b, store, signedIn } = await two();
    const [c, grace] = [await signedIn(), await signedIn({}, "grace")];
    expect((await a.post("/devices/end-others")).text).toContain("You are signed out everywhere else.");
    for (const other of [b, c]) expect((await other.get("/")).path).toBe("/sign-in");
    expect(await a.devices()).toHaveLength(1);
    expect(await grace.devices()).toHaveLength(1);
    expect(await store.count()).toBe(2);
  });

  it("are five at most: a further sign-in ends the oldest", async () => {
    const { a, b, signedIn } = await two();
    const others = [];
    for (let n = 0; n < 4; n++) others.push(await signedIn());
    expect((await a.get("/")).path).toBe("/sign-in");
    for (const device of [b, ...others]) expect(await device.devices()).toHaveLength(5);
  });

  it("are five at most when twenty sign in at once", async () => {
    const { store, signedIn } = await start();
    const devices = await Promise.all(Array.from({ length: 20 }, () => signedIn().catch(() => undefined)));
    expect(await store.count()).toBeLessThanOrEqual(5);
    const paths = await Promise.all(devices.map(async (device) => (await device?.get("/"))?.path));
    expect(paths.filter((path) => path === "/").length).toBe((await store.listByUser("ada")).length);
    expect((await store.listByUser("ada")).length).toBeGreaterThan(0);
  });

  it("tell when they were seen, and write it once a minute", async () => {
    const { a, b, store } = await two();
    const versionOf = async (device: Device) =>
      (await hashIds(store).get(device.cookies.get("id")!))!.version;
    const before = await versionOf(b);
    for (let n = 0; n < 5; n++) await b.get("/");
    expect(await versionOf(b)).toBe(before);
    letPass(3 * MINUTE_MS);
    const lineOfB = (await a.devices()).find(({ handle }) => handle !== undefined)!;
    expect(lineOfB.text).toContain("Last seen 3 minutes ago");
    await b.get("/");
    const after = await versionOf(b);
    expect(after).not.toBe(before);
    await b.get("/");
    expect(await versionOf(b)).toBe(after);
    expect((await a.devices()).map(({ text }) => text.includes("Last seen this minute"))).toEqual([
      true,
      true,
    ]);
  });

  it("end only after the password was entered, ten minutes ago at most", async () => {
    const { a, b, store } = await two();
    const handle = await handleOfOther(a);
    letPass(10 * MINUTE_MS);
    for (const refused of [await end(a, handle), await a.post("/devices/end-others")]) {
      expect(refused.path).toBe("/confirm");
    }
    expect(await b.devices()).toHaveLength(2);
    expect((await a.post("/confirm", { password: "wrong" })).status).toBe(401);
    expect((await end(a, handle)).path).toBe("/confirm");
    const before = a.twin();
    expect((await a.post("/confirm", { password: PASSWORD })).path).toBe("/");
    expect((await before.get("/")).path).toBe("/sign-in");
    expect((await end(a, handle)).path).toBe("/?done=ended");
    expect((await b.get("/")).path).toBe("/sign-in");
    expect(await store.count()).toBe(1);
  });
});
