import { describe, expect, it } from "vitest";
import { readSettings } from "../../examples/fastify-login/settings.js";
import { type Example, SECRET, signedCookie, visit } from "./example.js";

/** What an example answers beside the flow: cookies, errors. */
export function testAnswers(example: Example): void {
  const production = { NODE_ENV: "production" };

  it("sets the cookie for one hour, for this site, out of reach of scripts", async () => {
    const { visitor } = await visit(example);
    const { setCookies } = await visitor.get("/api/auth/login/ada");
    expect(setCookies).toHaveLength(1);
    const attributes = setCookies[0]!.split("; ").slice(1);
    const expires = attributes.find((each) => each.startsWith("Expires="))!.slice("Expires=".length);
    expect(Math.abs(Date.parse(expires) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect(attributes.filter((each) => !each.startsWith("Expires=")).sort()).toEqual([
      "HttpOnly",
      "Path=/",
      "SameSite=Lax",
    ]);
  });

  it("sets it Secure and SameSite=None in production, where a proxy says that the browser came by https", async () => {
    const { server, visitor } = await visit(example, production, { "x-forwarded-proto": "https" });
    const login = await visitor.get("/api/auth/login/ada");
    expect(login.setCookies).toHaveLength(1);
    for (const attribute of ["Secure", "SameSite=None", "HttpOnly", "Path=/"]) {
      expect(login.setCookies[0]!.split("; ")).toContain(attribute);
    }
    expect((await visitor.get("/api/auth/info")).body).toMatchObject({ session: { username: "ada" } });
    const { setCookies } = await visitor.get("/api/auth/logout");
    // A browser takes the removal, too, only with these.
    for (const attribute of ["Secure", "SameSite=None"]) {
      expect(setCookies[0]!.split("; ")).toContain(attribute);
    }
    expect(await server.store.count()).toBe(0);
  });

  it.each([
    ["without https", {}, {}],
    ["from a proxy that is not trusted", { TRUST_PROXY: "10.0.0.1" }, { "x-forwarded-proto": "https" }],
  ])("sends no cookie in production %s", async (_, env, headers: Record<string, string>) => {
    const { visitor } = await visit(example, { ...production, ...env }, headers);
    const { status, setCookies } = await visitor.get("/api/auth/login/ada");
    expect({ status, setCookies }).toEqual({ status: 200, setCookies: [] });
  });

  it("accepts no cookie that is signed with another secret", async () => {
    const { visitor } = await visit(example);
    await visitor.get("/api/auth/login/ada");
    const forger = visitor.twin();
    const [cookie] = visitor.cookies.values();
    forger.cookies.set(
      "sessionId",
      cookie!.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
    );
    expect(Object.keys((await forger.get("/api/auth/info")).body.session!)).toEqual(["cookie"]);
  });

  it("says of a fault of its own that something went wrong, and no more", async () => {
    const { server, visitor } = await visit(example);
    await visitor.get("/api/auth/login/ada");
    await server.store.close();
    const { status, body, setCookies } = await visitor.get("/api/auth/info");
    expect({ status, body, setCookies }).toEqual({
      status: 500,
      body: {
        statusCode: 500,
        code: "CUSTOM_ERR_INTERNAL_SERVER",
        error: "Internal Server Error",
        message: "Something went wrong in server.",
      },
      setCookies: [],
    });
  });

  describe("a name", () => {
    it.each(["ada", "Ada_L.1-x", "a".repeat(64)])("may be %s", async (name) => {
      const { visitor } = await visit(example);
      expect((await visitor.get(`/api/auth/login/${name}`)).body.message).toBe(`hi, ${name}!`);
    });

    it.each(["a b", "<b>", "a/b", "zoë", "a".repeat(65), "\u0000"])("may not be %j", async (name) => {
      const { server, visitor } = await visit(example);
      const { status, body } = await visitor.get(`/api/auth/login/${encodeURIComponent(name)}`);
      expect({ status, body }).toEqual({
        status: 400,
        body: {
          statusCode: 400,
          code: expect.stringMatching(/^(FST_)?ERR_VALIDATION$/) as string,
          error: "Bad Request",
          message: expect.stringContaining("name must") as string,
        },
      });
      expect(await server.store.count()).toBe(0);
    });
  });

  it("closes its store with itself", async () => {
    const server = await example.startServer(readSettings({ PORT: "0" }));
    await fetch(server.url);
    await server.close();
    await expect(server.store.count()).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it("passes a client's own error on to it", async () => {
    const { visitor } = await visit(example);
    const { status, body } = await visitor.get("/api/auth/login/%zz");
    expect({ status, body }).toMatchObject({ status: 400, body: { statusCode: 400, error: "Bad Request" } });
  });

  it("answers as JSON that there is no such route", async () => {
    const { visitor } = await visit(example);
    const { status, headers, body } = await visitor.get("/nowhere?a=b");
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect({ status, body }).toEqual({
      status: 404,
      body: { statusCode: 404, error: "Not Found", message: "Route GET:/nowhere?a=b not found" },
    });
  });

  it("shows the cookie that it received, its signature cut short", async () => {
    const { visitor } = await visit(example);
    expect((await visitor.get("/cookie")).body).toEqual({ cookie: null });
    const { sessionId } = (await visitor.get("/api/auth/login/ada")).body;
    visitor.cookies.set("another", "cookie");
    // A browser sends a cookie back as it came, with whatever its server encoded.
    const sent = visitor.cookies.get("sessionId")!;
    expect(decodeURIComponent(sent)).toBe(signedCookie(example, sessionId!));
    const signature = sent.lastIndexOf(".") + 1;
    expect((await visitor.get("/cookie")).body).toEqual({
      cookie: `sessionId=${sent.slice(0, signature + 6)}…`,
    });
    expect(sent.length - signature).toBeGreaterThan(40);
    expect((await visitor.get("/api/auth/info")).text).not.toContain(SECRET);
  });
}
