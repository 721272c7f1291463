import type { FastifyInstance } from "fastify";
import { contentSecurityPolicy, page, receivedCookie } from "./page.js";

export async function homeRoutes(app: FastifyInstance): Promise<void> {
  app.get("/", async (request, reply) => {
    reply.header("Vary", "Accept");
    if (!request.headers.accept?.includes("text/html")) return { hello: "world!" };
    const hasRaces = app.hasRoute({ method: "GET", url: "/races" });
    return reply
      .type("text/html")
      .header("Content-Security-Policy", contentSecurityPolicy)
      .send(page(hasRaces));
  });

  app.get("/cookie", async (request) => ({ cookie: receivedCookie(request.headers.cookie) }));
}
