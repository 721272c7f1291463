import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { browserName } from "./browser-name.js";
import { CONFIRMED_FOR_MS, LAST_SEEN_EVERY_MS } from "./limits.js";
import type { AccountSession, AccountSessions } from "./sessions.js";
import type { User, Users } from "./users.js";

declare module "fastify" {
  interface FastifyRequest {
    user: User | undefined;
  }
}

type PreHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Sets `request.user` to the signed-in user of each request. */
export function signedInUser(app: FastifyInstance, sessions: AccountSessions, users: Users): void {
  app.decorateRequest("user", undefined);
  app.addHook("onRequest", async (request) => {
    const { data } = await sessions.get(request);
    const user = data.userId === undefined ? undefined : users.find(data.userId);
    // A password change destroys the other sessions. The version ends those that it cannot destroy: one whose sign-in
    // was under way, and those that a Redis restored from a dump brings back.
    if (user === undefined || user.passwordVersion !== data.passwordVersion) return;
    request.user = user;
    const now = Date.now();
    if (now - (data.lastSeenAt ?? 0) >= LAST_SEEN_EVERY_MS) data.lastSeenAt = now;
  });
}

/** Signs in a user who has just entered the password: under a new id, so that an id that somebody else knew is useless. */
export async function startSession(
  request: FastifyRequest,
  session: AccountSession,
  user: User,
): Promise<void> {
  await session.regenerate();
  const now = Date.now();
  session.data = {
    userId: user.id,
    passwordVersion: user.passwordVersion,
    browser: browserName(request.headers["user-agent"]),
    authenticatedAt: now,
    lastSeenAt: now,
  };
}

/** Returns a hook that sends visitors to the sign-in page. */
export function requireSignIn(sessions: AccountSessions): PreHandler {
  return async (request, reply) => {
    if (request.user !== undefined) return;
    const session = await sessions.get(request);
    if (session.data.userId !== undefined) await session.destroy();
    return reply.redirect("/sign-in", 303);
  };
}

/** Returns a hook that asks for the password again, so that a passer-by at an open browser cannot sign others out. */
export function requireConfirmed(sessions: AccountSessions): PreHandler {
  return async (request, reply) => {
    const { authenticatedAt = 0 } = (await sessions.get(request)).data;
    if (Date.now() - authenticatedAt >= CONFIRMED_FOR_MS) return reply.redirect("/confirm", 303);
  };
}
