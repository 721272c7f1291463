import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { type Access, type App, routes } from "../app.js";

/** Adds sessions to an app. */
export type AddToFastify = (app: FastifyInstance) => Access<FastifyRequest> | Promise<Access<FastifyRequest>>;

/** Starts Fastify 5. */
export async function listenFastify(add: AddToFastify): Promise<App> {
  const app = fastify();
  for (const { method, path, handle } of routes(await add(app))) {
    app[method](path, async (request, reply) => {
      const { status, body } = await handle(request);
      return reply.code(status).send(body);
    });
  }
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
}
