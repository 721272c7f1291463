import type { FastifyInstance } from "fastify";
import { COOKIE_NAME, type CookieOptions } from "./cookie.js";
import { LoginParams } from "./schema.js";

declare module "fastify" {
  interface Session {
    username?: string;
    token?: string;
    authenticate?: boolean;
  }
}

export async function authRoutes(app: FastifyInstance, { cookie }: { cookie: CookieOptions }): Promise<void> {
  app.get<{ Params: LoginParams }>("/login/:name", { schema: { params: LoginParams } }, async (request) => {
    const { name } = request.params;
    // A new id at each login: whoever knew the old one, or planted it, does not get in with it.
    await request.session.regenerate();
    request.session.set("username", name);
    request.session.set("token", `mock-token-${name}`);
    request.session.set("authenticate", true);
    return { message: `hi, ${name}!`, sessionId: request.session.sessionId };
  });

  app.get("/info", async (request) => ({
    message: "/info",
    sessionId: request.session.sessionId,
    session: request.session,
  }));

  app.get("/logout", async (request, reply) => {
    await request.session.destroy();
    reply.clearCookie(COOKIE_NAME, cookie);
    // This request has no session any more; the next one starts afresh.
    return reply.redirect("/api/auth/info");
  });
}
