import type { FastifySessionOptions } from "@fastify/session";
import fastify, { type FastifyInstance } from "fastify";
import { LIFETIME_MS } from "../sessions.js";
import { type App, SECRET, loginFields } from "./app.js";

/** Registers sessions of whatever kind, with the options that all have in common. */
export type AddSessions = (app: FastifyInstance, options: FastifySessionOptions) => Promise<void>;

/** Fastify 5 with @fastify/session; nothing is stored for a request that puts nothing in. */
export async function listenFastify(addSessions: AddSessions | undefined): Promise<App> {
  const app = fastify();
  if (addSessions === undefined) app.get("/me", async () => ({ username: "user-0" }));
  else {
    const cookie = { secure: false, maxAge: LIFETIME_MS };
    await addSessions(app, { secret: SECRET, saveUninitialized: false, cookie });
    let logins = 0;
    app.post("/login", async (request, reply) => {
      Object.assign(request.session, loginFields(logins++));
      return reply.code(204).send();
    });
    app.get("/me", async (request, reply) => {
      const { username } = request.session as { username?: string };
      return reply.code(username === undefined ? 401 : 200).send({ username });
    });
  }
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
}
