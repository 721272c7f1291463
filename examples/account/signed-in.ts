import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { browserName } from "./browser-name.js";
import { CONFIRMED_FOR_MS, LAST_SEEN_EVERY_MS } from "./limits.js";
import type { SessionFields } from "./store.js";
import type { User, Users } from "./users.js";

declare module "fastify" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is all that can be added to
  interface Session extends SessionFields {}
  interface FastifyRequest {
    user: User | undefined;
  }
}

/** Finds out, for each request, who is signed in. */
export function signedInUser(app: FastifyInstance, users: Users): void {
  app.decorateRequest("user", undefined);
  app.addHook("onRequest", async (request) => {
    const { session } = request;
    const user = session.userId === undefined ? undefined : users.find(session.userId);
    // A change of the password ends the other sessions. This holds for those that it can't end: one whose
    // sign-in was under way, and those that a Redis restored from a dump has brought back.
    if (user === undefined || user.passwordVersion !== session.passwordVersion) return;
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
  } satisfies SessionFields);
}

export async function requireSignIn(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (request.user !== undefined) return;
  if (request.session.userId !== undefined) await request.session.destroy();
  return reply.redirect("/sign-in", 303);
}

/** For changes that nobody should make who finds the browser open. */
export async function requireConfirmed(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { authenticatedAt = 0 } = request.session;
  if (Date.now() - authenticatedAt >= CONFIRMED_FOR_MS) return reply.redirect("/confirm", 303);
}
