import type { FastifySessionOptions } from "@fastify/session";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Stage } from "../correctness/stage.js";
import { type App, LIFETIME_MS, SECRET, UNAVAILABLE } from "./app.js";

type Fields = Record<string, unknown>;

/** Registers sessions of whatever kind, with the options that all have in common. */
export type AddSessions = (app: FastifyInstance, options: FastifySessionOptions) => Promise<void>;

/** Fastify with sessions as the store's README registers them, and an error handler that answers 503. */
export async function listenFastify(addSessions: AddSessions, stage: Stage): Promise<App> {
  const app = fastify({ forceCloseConnections: true });
  app.setErrorHandler(async (_error, _request, reply) =>
    reply.status(UNAVAILABLE.status).header("Retry-After", UNAVAILABLE.retryAfter).send(UNAVAILABLE.body),
  );
  const cookie = { maxAge: LIFETIME_MS, secure: false };
  await addSessions(app, { secret: SECRET, saveUninitialized: false, cookie });

  app.post("/login", async (request, reply) => {
    await request.session.regenerate();
    fieldsOf(request).user = "ann";
    return reply.code(204).send();
  });

  app.get("/me", async (request) => ({ user: fieldsOf(request).user ?? null }));

  app.post("/cart", async (request, reply) => {
    await stage.slowWork((request.query as { meeting: string }).meeting);
    fieldsOf(request).cart = true;
    return reply.code(204).send();
  });

  app.post("/logout", async (request, reply) => {
    await request.session.destroy();
    return reply.code(204).send();
  });

  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
}

function fieldsOf(request: FastifyRequest): Fields {
  return request.session as unknown as Fields;
}
