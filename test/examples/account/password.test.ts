import { hashIds } from "sessionary";
import { describe, expect, it } from "vitest";
import { Users } from "../../../examples/account/users.js";
import { NEXT_PASSWORD, PASSWORD, STORES, accountsOn } from "./account.js";
import { Device } from "./device.js";

describe.each(STORES)("changing the password, on the %s store", (kind) => {
  const start = accountsOn(kind);
  const change = (device: Device, current: string, next: string) =>
    device.post("/password", { current, next });

  it("ends all other sessions, and this one goes on under a new id", async () => {
    const { url, store, signedIn } = await start();
    const [a, b, c] = [await signedIn(), await signedIn(), await signedIn()];
    const grace = await signedIn({}, "grace");
    const before = a.twin();
    const { path, text } = await change(a, PASSWORD, NEXT_PASSWORD);
    expect(path).toBe("/?done=password");
    expect(text).toContain("Your password is changed, and you are signed out everywhere else.");
    expect(await store.count()).toBe(2);
    for (const ended of [b, c, before]) expect((await ended.get("/")).path).toBe("/sign-in");
    expect(await a.devices()).toHaveLength(1);
    expect(await grace.devices()).toHaveLength(1);
    expect((await new Device(url).signIn("ada", PASSWORD)).status).toBe(401);
    expect((await new Device(url).signIn("ada", NEXT_PASSWORD)).path).toBe("/");
  });

  it.each([
    ["the password now is wrong", "wrong", NEXT_PASSWORD, "The current password is wrong."],
    ["the new one is short", PASSWORD, "14 characters.", "The new password must have 15 characters or more."],
  ])("changes nothing when %s", async (_, current, next, message) => {
    const { url, store, signedIn } = await start();
    const [a, b] = [await signedIn(), await signedIn()];
    const { status, text } = await change(a, current, next);
    expect(status).toBe(422);
    expect(text).toContain(message);
    expect(await b.devices()).toHaveLength(2);
    expect(await store.count()).toBe(2);
    expect((await new Device(url).signIn("ada", PASSWORD)).path).toBe("/");
  });

  it("holds for a session that a restored store brings back", async () => {
    const account = await start();
    const { signedIn } = account;
    const store = hashIds(account.store);
    const [a, b] = [await signedIn(), await signedIn()];
    const id = b.cookies.get("id")!;
    const record = (await store.get(id))!;
    await change(a, PASSWORD, NEXT_PASSWORD);
    expect(await store.get(id)).toBeUndefined();
    await store.create(id, record);
    expect((await b.get("/")).path).toBe("/sign-in");
    expect(await store.get(id)).toBeUndefined();
    expect(await a.devices()).toHaveLength(1);
  });
});

describe("Users", () => {
  const cheap = { N: 2 };

  it("give a user whose password was checked while it changed its old version, which opens nothing", async () => {
    const users = new Users(cheap);
    await users.setPassword("ada", PASSWORD);
    const underWay = users.verify("ada", PASSWORD);
    const { passwordVersion } = await users.setPassword("ada", NEXT_PASSWORD);
    expect((await underWay)?.passwordVersion).not.toBe(passwordVersion);
    expect(users.find("ada")?.passwordVersion).toBe(passwordVersion);
  });

  it("hash the password for a name that nobody has, too: it takes as long", async () => {
    const impossible = new Users({ N: 3 });
    await expect(impossible.verify("nobody", PASSWORD)).rejects.toThrow("Invalid scrypt params");
  });

  it("know a password by all of its characters, with a salt for each", async () => {
    const users = new Users(cheap);
    const first = await users.setPassword("ada", PASSWORD);
    const second = await users.setPassword("grace", PASSWORD);
    expect(await users.verify("ada", PASSWORD)).toBe(first);
    for (const wrong of ["", PASSWORD.slice(0, -1), `${PASSWORD}.`, PASSWORD.toUpperCase()]) {
      expect(await users.verify("ada", wrong)).toBeUndefined();
    }
    expect(JSON.stringify(first).includes("correct")).toBe(false);
    const [hash, otherHash] = [first, second].map((user) => (user as unknown as { hash: Buffer }).hash);
    expect(hash).toHaveLength(32);
    expect(hash!.equals(otherHash!)).toBe(false);
  });
});
