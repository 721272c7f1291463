import { describe, expect, it } from "vitest";
import { NEXT_PASSWORD, PASSWORD, STORES, accountsOn, startAccount } from "./account.js";
import { Device, parse } from "./device.js";

const FORMS: [path: string, fields: Record<string, string>][] = [
  ["/sign-in", { name: "ada", password: PASSWORD }],
  ["/sign-out", {}],
  ["/confirm", { password: PASSWORD }],
  ["/devices/end", { handle: "x" }],
  ["/devices/end-others", {}],
  ["/password", { current: PASSWORD, next: NEXT_PASSWORD }],
];

describe("a form that another site sends", () => {
  it.each(FORMS)("is refused, with the user's cookie as well: %s", async (path, fields) => {
    const { url, store, signedIn } = await startAccount();
    const [a, b] = [await signedIn(), await signedIn()];
    const handle = (await a.devices()).find((each) => each.handle !== undefined)!.handle!;
    const { host, port } = new URL(url);
    const origins: Record<string, string>[] = [
      {},
      ...[
        "null",
        "https://elsewhere.example",
        `https://${host}`,
        `http://localhost:${port}`,
        url.slice(0, -1),
      ].map((origin) => ({ origin })),
      { referer: `${url}/` },
    ];
    for (const headers of origins) {
      const { status, setCookies, text } = await a.post(
        path,
        { ...fields, ...(fields.handle && { handle }) },
        headers,
      );
      expect({ status, setCookies }).toEqual({ status: 403, setCookies: [] });
      expect(text).toContain("This request did not come from a page of this site.");
    }
    for (const device of [a, b]) expect(await device.devices()).toHaveLength(2);
    expect(await store.count()).toBe(2);
    expect((await new Device(url).signIn("ada", PASSWORD)).path).toBe("/");
  });

  it("is no form: JSON and text are not taken", async () => {
    const { url } = await startAccount();
    for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"]) {
      const { status } = await fetch(`${url}/sign-in`, {
        method: "POST",
        headers: { origin: url, "content-type": type },
        body: JSON.stringify({ name: "ada", password: PASSWORD }),
      });
      expect(status).toBe(415);
    }
  });
});

describe.each(STORES)("on %s", (kind) => {
  const start = accountsOn(kind);

  it("keeps no record of 1,000 requests without a cookie, and sends none", async () => {
    const { url, store } = await start();
    const requests = [
      (visitor: Device) => visitor.get("/"),
      (visitor: Device) => visitor.get("/sign-in"),
      (visitor: Device) => visitor.get("/confirm"),
      (visitor: Device) => visitor.get("/nowhere"),
      (visitor: Device) => visitor.post("/sign-out"),
      (visitor: Device) => visitor.signIn("ada", "wrong"),
    ];
    const cookies: string[] = [];
    for (let sent = 0; sent < 1_000; sent += 50) {
      const answers = Array.from({ length: 50 }, (_, i) => requests[i % requests.length]!(new Device(url)));
      for (const { setCookies } of await Promise.all(answers)) cookies.push(...setCookies);
    }
    expect(await store.count()).toBe(0);
    expect(cookies).toEqual([]);
  });
});

it("changes nothing by GET", async () => {
  const { store, signedIn } = await startAccount();
  const device = await signedIn();
  for (const [path] of FORMS.slice(1)) {
    if (path !== "/confirm") expect((await device.get(path)).status).toBe(404);
  }
  expect(await store.count()).toBe(1);
});

it.each(["/", "/?done=ended", "/confirm", "/nowhere", "/?done=1&done=2"])(
  "lets who is signed in sign out on each page: %s",
  async (path) => {
    const { store, signedIn } = await startAccount();
    const device = await signedIn();
    const button = parse((await device.get(path)).text).querySelector("form[action='/sign-out'] button");
    expect(button?.textContent).toBe("Sign out");
    await device.post("/sign-out");
    expect(await store.count()).toBe(0);
  },
);

it.each([
  ["/sign-in", {}],
  ["/sign-in", { name: "ada" }],
  ["/sign-in", { name: "x".repeat(65), password: PASSWORD }],
  ["/password", { current: PASSWORD }],
  ["/devices/end", {}],
])("answers 400 to a form that is not whole: %s %j", async (path, fields: Record<string, string>) => {
  const { signedIn } = await startAccount();
  expect((await (await signedIn()).post(path, fields)).status).toBe(400);
});

it("answers 413 to a form that is large", async () => {
  const { url } = await startAccount();
  expect((await new Device(url).signIn("ada", "x".repeat(5_000))).status).toBe(413);
});

it("shows what a browser or a visitor wrote as text, never as HTML", async () => {
  const { url, signedIn } = await startAccount();
  const hostile = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;`;
  const page = parse((await (await signedIn({ "user-agent": hostile })).get("/")).text);
  expect(page.querySelector("li strong")?.textContent).toBe(hostile.slice(0, 60));
  const refused = parse((await new Device(url).signIn(hostile, "wrong")).text);
  expect(refused.querySelector("[name=name]")?.getAttribute("value")).toBe(hostile);
  const unknown = parse((await new Device(url).get(`/${encodeURIComponent(hostile)}`)).text);
  const notice = await (await signedIn()).get(`/?done=${encodeURIComponent(hostile)}`);
  for (const each of [page, refused, unknown, parse(notice.text)]) {
    expect([...each.querySelectorAll("script, img")]).toEqual([]);
  }
  for (const done of [hostile, "constructor", "__proto__"]) {
    expect((await (await signedIn()).get(`/?done=${encodeURIComponent(done)}`)).text).not.toContain(
      'notice"',
    );
  }
});
