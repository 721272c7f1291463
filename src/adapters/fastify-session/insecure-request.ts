import type { FastifyRequest } from "fastify";
import { warnOnce } from "../../internal/warn-once.js";

/** Hook that warns once if a session is not stored and its cookie is not sent because the request is not secure. */
export async function warnIfInsecure(request: FastifyRequest): Promise<void> {
  const { session } = request as Partial<FastifyRequest>;
  if (session?.cookie?.secure !== true || request.protocol === "https" || !session.isModified()) return;
  warnOnce(
    "@fastify/session stores no session and sends no cookie: cookie.secure is true, which is the default, and the " +
      "request came over plain http. Behind a proxy that terminates TLS, create the app with trustProxy. Without TLS, " +
      'as in development, set cookie.secure to "auto".',
  );
}
