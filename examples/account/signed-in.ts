import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { browserName } from "./browser-name.js";
import { CONFIRMED_FOR_MS, LAST_SEEN_EVERY_MS } from "./limits.js";
import type { AccountSession } from "./store.js";
import type { User, Users } from "./users.js";

declare module "fastify" {
  interface Session extends Pick<AccountSession, keyof Fields> {}
  interface FastifyRequest {
    user: User | undefined;
  }
}

/** Finds out, for each request, who is signed in. */
export function signedInUser(app: FastifyInstance, users: Users): void {
  app.decorateRequest("user", undefined);
  app.addHook("onRequest", async (request) => {
    const { session } = request;
    if (session.userId === undefined) return;
    const user = users.find(session.userId);
    // Beside ending the other sessions when the password changes: it also holds for a sign-in that was under
    // way then, and for sessions that a restored Redis has brought back.
    if (user === undefined || user.passwordVersion !== session.passwordVersion) return session.destroy();
    request.user = user;
    const now = Date.now();
    if (now - (session.lastSeenAt ?? 0) >= LAST_SEEN_EVERY_MS) session.lastSeenAt = now;
  });
}

/**
 * Opens a session for a user who has just entered the password, in place of the one that there was: whoever
 * knew the old id, or planted it, does not get in with it.
 */
export async function startSession(request: FastifyRequest, user: User): Promise<void> {
  await request.session.regenerate();
  const now = Date.now();
  Object.assign(request.session, {
    userId: user.id,
    passwordVersion: user.passwordVersion,
    deviceId: randomUUID(),
    browser: browserName(request.headers["user-agent"]),
    authenticatedAt: now,
    lastSeenAt: now,
  } satisfies AccountSession);
  request.user = user;
}

export async function requireSignIn(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (request.user === undefined) return reply.redirect("/sign-in", 303);
}

/** For changes that a passer-by at an open browser should not make. */
export async function requireConfirmed(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { authenticatedAt = 0 } = request.session;
  if (Date.now() - authenticatedAt >= CONFIRMED_FOR_MS) return reply.redirect("/confirm", 303);
}
