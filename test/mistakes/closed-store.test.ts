import { MemoryStore, createSessions } from "sessionary";
import { expressSession } from "sessionary/express-session";
import { expect, test } from "vitest";
import { SECRET, serveMiddleware } from "../adapters/support.js";
import { serve } from "../sessions/servers.js";

test("a request after store.close() is answered with 503 and no cookie, with expressSession", async () => {
  const store = new MemoryStore();
  const app = await serveMiddleware(expressSession({ store, secret: SECRET }), undefined, false);
  await store.close();
  const response = await fetch(app.urlOf((visit) => void (visit.session.name = "ann")));
  expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
  expect(app.errors).toMatchObject([{ code: "ERR_STORE_CLOSED" }]);
});

test("a request after store.close() is answered with 503 and no cookie, with createSessions", async () => {
  const sessions = createSessions<Record<string, unknown>>({ store: new MemoryStore() });
  const server = await serve("Express 5", sessions);
  await sessions.close();
  const response = await fetch(
    server.url(async (visit) => {
      (await visit.session()).data.name = "ann";
      return { text: "saved" };
    }),
  );
  expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
  expect(server.errors).toMatchObject([{ code: "ERR_STORE_CLOSED" }]);
});
