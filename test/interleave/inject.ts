import Fastify from "fastify";
import type { RequestListener } from "node:http";
import type { App } from "./app.js";

/**
 * Returns a function that sends requests to a listener of node:http without a socket, whose real time would make the
 * order of events random.
 */
export async function injectOf(listener: RequestListener): Promise<App["inject"]> {
  const server = Fastify();
  server.all("*", (request, reply) => {
    reply.hijack();
    // Express gives both other prototypes, without the methods by which inject sees the answer.
    for (const raw of [request.raw, reply.raw]) Object.assign(raw, Object.getPrototypeOf(raw));
    listener(request.raw, reply.raw);
  });
  await server.ready();
  return (options) => server.inject(options);
}
