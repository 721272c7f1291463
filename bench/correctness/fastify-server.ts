import type { FastifySessionOptions } from "@fastify/session";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Server } from "./server.js";
import type { Stage } from "./stage.js";

type Fields = Record<string, unknown>;
export type SessionOptions = Pick<FastifySessionOptions, "secret" | "saveUninitialized" | "cookie">;

/**
 * Fastify with sessions as the store's README registers them, and handlers as everybody writes them.
 * @param register adds the sessions.
 */
export async function serveFastify(
  register: (app: FastifyInstance, options: SessionOptions) => Promise<unknown>,
  stage: Stage,
): Promise<Server> {
  const app = Fastify({ forceCloseConnections: true });
  await register(app, {
    secret: "a secret that only this benchmark uses",
    saveUninitialized: false,
    cookie: { maxAge: 3_600_000, secure: false },
  });

  app.post("/login", async (request, reply) => {
    await request.session.regenerate();
    fieldsOf(request).user = "somebody";
    return reply.code(204).send();
  });

  app.post("/set/:field", async (request, reply) => {
    await stage.slowWork((request.query as { meeting: string }).meeting);
    fieldsOf(request)[(request.params as { field: string }).field] = true;
    return reply.code(204).send();
  });

  app.post("/logout", async (request, reply) => {
    await request.session.destroy();
    return reply.code(204).send();
  });

  app.get("/session", async (request) => {
    const { cookie: _, ...fields } = fieldsOf(request);
    return fields;
  });

  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
}

function fieldsOf(request: FastifyRequest): Fields {
  return request.session as unknown as Fields;
}
