import { csrfSync } from "csrf-sync";
import type { ErrorRequestHandler } from "express";
import { describe, expect, it } from "vitest";
import { SETUPS, Visitor, expressSessions, serveExpress } from "./support.js";

interface HttpError {
  statusCode: number;
  message: string;
}

describe.each(SETUPS)("csrf-sync with %s", (setup) => {
  const newSessions = expressSessions(setup);

  async function start() {
    const { csrfSynchronisedProtection, generateToken } = csrfSync();
    const url = await serveExpress(newSessions(), (app) => {
      app.use(csrfSynchronisedProtection);
      app.get("/form", (req, res) => void res.send(generateToken(req)));
      app.post("/transfer", (_req, res) => void res.send("transferred"));
      app.post("/sign-in", (req, res, next) => {
        req.session.regenerate((error) => (error ? next(error) : res.send(generateToken(req))));
      });
      app.use(((error: HttpError, _req, res, next) => {
        if (res.headersSent) next(error);
        else res.status(error.statusCode).send(error.message);
      }) satisfies ErrorRequestHandler);
    });
    return { ann: new Visitor(url), bob: new Visitor(url) };
  }

  const tokenOf = (answer: string) => ({ "x-csrf-token": answer.replace("200 ", "") });

  it("accepts the token of the session, each time", async () => {
    const { ann } = await start();
    const token = tokenOf(await ann.get("/form"));
    expect(await ann.post("/transfer", {}, token)).toBe("200 transferred");
    expect(tokenOf(await ann.get("/form"))).toEqual(token);
    expect(await ann.post("/transfer", {}, token)).toBe("200 transferred");
  });

  it("refuses no token, and the token of another session", async () => {
    const { ann, bob } = await start();
    await ann.get("/form");
    const token = tokenOf(await bob.get("/form"));
    expect(await ann.post("/transfer")).toBe("403 invalid csrf token");
    expect(await ann.post("/transfer", {}, token)).toBe("403 invalid csrf token");
    expect(await bob.post("/transfer", {}, token)).toBe("200 transferred");
  });

  it("replaces the token when the session is regenerated", async () => {
    const { ann } = await start();
    const before = tokenOf(await ann.get("/form"));
    const after = tokenOf(await ann.post("/sign-in", {}, before));
    expect(await ann.post("/transfer", {}, before)).toBe("403 invalid csrf token");
    expect(await ann.post("/transfer", {}, after)).toBe("200 transferred");
  });
});
