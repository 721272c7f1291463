import { expect, it } from "vitest";
import { type Example, signedCookie, visit } from "./example.js";
import type { Visitor } from "./visitor.js";

/** The article's flow, and what must hold around it, on one store. */
export function testLoginFlow(example: Example, env: () => NodeJS.ProcessEnv): void {
  it("goes from no login to the login's data to a fresh session", async () => {
    const { server, visitor } = await visit(example, env());
    const before = await visitor.get("/api/auth/info");
    expect(before.body).toMatchObject({ message: "/info", sessionId: expect.any(String) as string });
    expect(Object.keys(before.body.session!)).toEqual(["cookie"]);
    expect({ cookies: before.setCookies, sessions: await server.store.count() }).toEqual({
      cookies: [],
      sessions: 0,
    });

    const login = await visitor.get("/api/auth/login/ada");
    const { sessionId: id } = login.body;
    expect(login.body).toEqual({ message: "hi, ada!", sessionId: id });

    const info = await visitor.get("/api/auth/info");
    expect(info.body).toMatchObject({
      message: "/info",
      sessionId: id,
      session: { username: "ada", token: "mock-token-ada", authenticate: true },
    });
    expect(await server.store.count()).toBe(1);

    const thief = visitor.twin();
    const logout = await visitor.get("/api/auth/logout");
    expect({ status: logout.status, path: logout.path }).toEqual({ status: 200, path: "/api/auth/info" });
    expect(Object.keys(logout.body.session!)).toEqual(["cookie"]);
    expect(logout.body.sessionId).not.toBe(id);
    expect({ cookies: [...visitor.cookies], sessions: await server.store.count() }).toEqual({
      cookies: [],
      sessions: 0,
    });

    expect(Object.keys((await thief.get("/api/auth/info")).body.session!)).toEqual(["cookie"]);
  });

  it("puts nothing but a signed id into the cookie", async () => {
    const { visitor } = await visit(example, env());
    const { body } = await visitor.get("/api/auth/login/ada");
    const [value] = visitor.cookies.values();
    expect(decodeURIComponent(value!)).toBe(signedCookie(example, body.sessionId!));
    expect([...visitor.cookies.keys()]).toEqual(["sessionId"]);
  });

  it("gives a new id at each login, and the old one is dead", async () => {
    const { server, visitor } = await visit(example, env());
    const ada = await visitor.get("/api/auth/login/ada");
    const planted = visitor.twin();
    const bob = await visitor.get("/api/auth/login/bob");
    expect(bob.body.sessionId).not.toBe(ada.body.sessionId);
    expect(await username(visitor)).toBe("bob");
    expect(await username(planted)).toBeUndefined();
    expect(await server.store.count()).toBe(1);
  });

  it("keeps no record of 1,000 requests without a cookie", async () => {
    const { server, visitor } = await visit(example, env());
    const paths = ["/", "/cookie", "/api/auth/info", "/api/auth/logout", "/api/auth/login/no%20name"];
    const setCookies = new Set<string>();
    for (let sent = 0; sent < 1_000; sent += 50) {
      const visits = Array.from({ length: 50 }, (_, i) => visitor.twin().get(paths[i % paths.length]!));
      for (const each of await Promise.all(visits)) {
        for (const line of each.setCookies) setCookies.add(line.replace(/;.*/, ""));
      }
    }
    expect(await server.store.count()).toBe(0);
    // Logout takes back a cookie, whether there was one or not.
    expect([...setCookies]).toEqual(["sessionId="]);
  });
}

async function username(visitor: Visitor): Promise<string | undefined> {
  return (await visitor.get("/api/auth/info")).body.session!.username;
}
