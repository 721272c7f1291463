import { MemoryStore } from "sessionary";
import { expressSession } from "sessionary/express-session";
import { expect, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { SECRET, serveMiddleware } from "../adapters/support.js";

test("req.session.regenerate() without a callback throws an error that shows the call, and keeps the session", async () => {
  const app = await serveMiddleware(expressSession({ store: new MemoryStore(), secret: SECRET }));
  const browser = new Browser();
  await browser.visit(app, (v) => void (v.session.name = "ann"));
  const error = await new Promise((resolve) => {
    void browser.visit(app, (v) => {
      try {
        (v.session as unknown as { regenerate(): void }).regenerate();
        resolve("nothing was thrown");
      } catch (thrown) {
        resolve(thrown);
      }
    });
  });
  expect(error).toEqual(
    new TypeError(
      "req.session.regenerate requires a callback, req.session.regenerate((error) => { … }): " +
        "express-session returns no promise",
    ),
  );
  expect((await browser.visit(app, (v) => v.session.name)).result).toBe("ann");
});
