import fastifyCsrfProtection from "@fastify/csrf-protection";
import { describe, expect, it } from "vitest";
import { SETUPS, Visitor, fastifySessions, serveFastify } from "./support.js";

describe.each(SETUPS)("@fastify/csrf-protection with %s", (setup) => {
  const register = fastifySessions(setup);

  async function start() {
    const url = await serveFastify(async (app) => {
      await register(app);
      await app.register(fastifyCsrfProtection, { sessionPlugin: "@fastify/session" });
      const onRequest = app.csrfProtection.bind(app);
      app.get("/form", async (_request, reply) => reply.generateCsrf());
      app.post("/transfer", { onRequest }, async () => "transferred");
      app.post("/sign-in", { onRequest }, async (request, reply) => {
        await request.session.regenerate();
        return reply.generateCsrf();
      });
      app.setErrorHandler<{ statusCode: number; code: string }>((error, _request, reply) =>
        reply.code(error.statusCode).send(error.code),
      );
    });
    return { ann: new Visitor(url), bob: new Visitor(url) };
  }

  const tokenOf = (answer: string) => ({ "csrf-token": answer.replace("200 ", "") });

  it("accepts the tokens of the session, each time", async () => {
    const { ann } = await start();
    const first = tokenOf(await ann.get("/form"));
    const second = tokenOf(await ann.get("/form"));
    for (const token of [first, second, first])
      expect(await ann.post("/transfer", {}, token)).toBe("200 transferred");
  });

  it("refuses no token, the token of another session, and a visitor without a session", async () => {
    const { ann, bob } = await start();
    await ann.get("/form");
    expect(await bob.post("/transfer", {}, tokenOf(await ann.get("/form")))).toBe(
      "403 FST_CSRF_MISSING_SECRET",
    );
    const token = tokenOf(await bob.get("/form"));
    expect(await ann.post("/transfer")).toBe("403 FST_CSRF_INVALID_TOKEN");
    expect(await ann.post("/transfer", {}, token)).toBe("403 FST_CSRF_INVALID_TOKEN");
    expect(await bob.post("/transfer", {}, token)).toBe("200 transferred");
  });

  it("replaces the secret when the session is regenerated", async () => {
    const { ann } = await start();
    const before = tokenOf(await ann.get("/form"));
    const after = tokenOf(await ann.post("/sign-in", {}, before));
    expect(await ann.post("/transfer", {}, before)).toBe("403 FST_CSRF_INVALID_TOKEN");
    expect(await ann.post("/transfer", {}, after)).toBe("200 transferred");
  });
});
