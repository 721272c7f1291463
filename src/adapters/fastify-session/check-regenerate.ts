import fastifySession, { type SessionStore } from "@fastify/session";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { randomBytes } from "node:crypto";

/**
 * Throws if the `regenerate` of @fastify/session does not destroy the old session, as in versions up to 11.1.2:
 * whoever has the old id would stay logged in. Calls `regenerate` in a separate part of the app with a separate
 * store, instead of reading package.json, which a bundled server does not have.
 * @throws Error that names the accepted versions.
 */
export async function checkRegenerate(app: FastifyInstance): Promise<void> {
  const destroyed: string[] = [];
  const store: SessionStore = {
    get: (_id, done) => done(null),
    set: (_id, _session, done) => done(),
    destroy: (id, done) => (destroyed.push(id), done()),
  };
  let id: string | undefined;
  await app.register(async (part) => {
    await part.register(fastifySession, { store, secret: randomBytes(32).toString("hex") });
    const opened = {} as Pick<FastifyRequest, "session">;
    part.decryptSession("no session", opened, () => {
      id = opened.session.sessionId;
      opened.session.regenerate(() => {});
    });
  });
  if (id !== undefined && destroyed.includes(id)) return;
  throw new Error(
    "sessionary requires @fastify/session 11.1.3 or later of 11.x: " +
      "in the installed version, regenerate() does not destroy the old session",
  );
}
