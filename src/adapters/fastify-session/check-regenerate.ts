import fastifySession, { type SessionStore } from "@fastify/session";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { randomBytes } from "node:crypto";

/**
 * Refuses a @fastify/session whose `regenerate` leaves the old session alive, as it does up to 11.1.2:
 * whoever has its id stays logged in. It is tried and not looked up in a package.json, which a bundled
 * server has none of, in a part of the app of its own, with a store of its own.
 * @throws Error naming the versions that are accepted.
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
    "sessionary needs @fastify/session 11.1.3 or later of 11.x: " +
      "with the one that is installed, regenerate() leaves the old session alive",
  );
}
