import Fastify from "fastify";
import sessionary from "sessionary/fastify-session";
import { SECRET, fastifyVisit } from "../adapters/support.js";
import { IDLE_TIMEOUT_MS, type Setup } from "./actions.js";
import { type App, newId } from "./app.js";
import { type Surroundings, handle } from "./handlers.js";

/** A Fastify server over @fastify/session. */
export async function fastifyApp(surroundings: Surroundings, setup: Setup): Promise<App> {
  const app = Fastify();
  await app.register(sessionary, {
    store: surroundings.store,
    touchAfterMs: setup.touchAfterMs,
    secret: SECRET,
    idGenerator: newId,
    rolling: setup.saveUnchanged,
    saveUninitialized: setup.saveUninitialized,
    cookie: { maxAge: IDLE_TIMEOUT_MS, secure: false },
  });
  app.get<{ Params: { number: string } }>("/:number", async (request, reply) => {
    const answer = await handle(fastifyVisit(request), Number(request.params.number), surroundings);
    return reply.status(answer.status).send(answer);
  });
  await app.ready();
  return { cookieName: "sessionId", inject: (options) => app.inject(options) };
}
