import { describe, expect, it } from "vitest";
import { PASSWORD, STORES, accountsOn } from "./account.js";
import { Device } from "./device.js";

describe.each(STORES)("signing in, on the %s store", (kind) => {
  const start = accountsOn(kind);

  it("stores nothing for visitors, and leads them to the sign-in page", async () => {
    const { url, store } = await start();
    for (let n = 0; n < 50; n++) {
      const { path, status, setCookies } = await new Device(url).get("/");
      expect({ path, status, setCookies }).toEqual({ path: "/sign-in", status: 200, setCookies: [] });
    }
    await new Device(url).signIn("ada", "wrong");
    expect(await store.count()).toBe(0);
  });

  it("gives a cookie for 30 minutes, for this site, out of reach of scripts", async () => {
    const { url } = await start();
    const device = new Device(url);
    const { path, status, setCookies } = await device.signIn("ada", PASSWORD);
    expect({ path, status }).toEqual({ path: "/", status: 200 });
    const [value = "", ...attributes] = setCookies[0]!.split("; ");
    expect(value).toMatch(/^id=[\w-]{32}$/);
    expect(attributes.sort()).toEqual(["HttpOnly", "Max-Age=1800", "Path=/", "SameSite=Lax"]);
  });

  it("takes a new id each time, and the old one is dead", async () => {
    const { store, signedIn } = await start();
    const device = await signedIn();
    const before = device.twin(); // whoever had planted or read the id
    await device.signIn("grace", PASSWORD);
    expect(device.cookies.get("id")).not.toBe(before.cookies.get("id"));
    expect((await device.get("/")).text).toContain("Signed in as grace");
    expect((await before.get("/")).path).toBe("/sign-in");
    expect(await store.count()).toBe(1);
    expect(await store.listByUser("ada")).toEqual([]);
  });

  it("says the same of a name that nobody has and of a wrong password", async () => {
    const { url, store } = await start();
    const [unknown, wrong] = [
      await new Device(url).signIn("eve", PASSWORD),
      await new Device(url).signIn("ada", "wrong"),
    ];
    expect([unknown.status, wrong.status]).toEqual([401, 401]);
    expect(unknown.text.replaceAll("eve", "ada")).toBe(wrong.text);
    expect(wrong.text).toContain("Wrong name or password.");
    expect([...unknown.setCookies, ...wrong.setCookies]).toEqual([]);
    expect(await store.count()).toBe(0);
  });

  it("leads who is signed in from the sign-in page to the devices", async () => {
    const { signedIn } = await start();
    expect((await (await signedIn()).get("/sign-in")).path).toBe("/");
  });

  it("ends by signing out, on the server and in the browser, and by POST only", async () => {
    const { store, signedIn } = await start();
    const device = await signedIn();
    expect((await device.get("/sign-out")).status).toBe(404);
    expect(await store.count()).toBe(1);
    const before = device.twin();
    const { path, setCookies } = await device.post("/sign-out");
    expect(path).toBe("/sign-in");
    expect(setCookies[0]).toMatch(/^id=;.*Expires=Thu, 01 Jan 1970/);
    expect(await store.count()).toBe(0);
    expect((await before.get("/")).path).toBe("/sign-in");
  });
});
