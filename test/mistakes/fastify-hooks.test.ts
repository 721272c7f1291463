import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import Fastify, { type FastifyInstance } from "fastify";
import { MemoryStore } from "sessionary";
import { fastifyStore } from "sessionary/fastify-session";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { SECRET } from "../adapters/support.js";

const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
afterEach(() => void warn.mockClear());

/** Returns an app whose route changes the session. */
async function appWith(register: (app: FastifyInstance) => Promise<unknown>): Promise<FastifyInstance> {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(fastifyCookie);
  await register(app);
  app.get("/", async (request) => {
    Object.assign(request.session, { name: "ann" });
    return {};
  });
  return app;
}

test("fastifyStore without its hooks warns once, and names them", async () => {
  const store = fastifyStore(new MemoryStore());
  const app = await appWith(async (each) =>
    each.register(fastifySession, { secret: SECRET, store, cookie: { secure: false } }),
  );
  for (let visits = 0; visits < 3; visits++) expect((await app.inject("/")).statusCode).toBe(200);
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    expect.stringMatching(/addHook\("onRequest", store.onRequest\).*addHook\("onError", store.onError\)/),
  ]);
});
