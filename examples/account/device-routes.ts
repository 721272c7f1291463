import { type Static, Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Password, asHtml } from "./authentication-routes.js";
import { type Device, devicePage } from "./device-page.js";
import type { AccountSessions } from "./sessions.js";
import { requireConfirmed, requireSignIn, startSession } from "./signed-in.js";
import type { Users } from "./users.js";

const Home = Type.Object({ done: Type.Optional(Type.String()) });
const End = Type.Object({ handle: Type.String({ maxLength: 64 }) });
const ChangePassword = Type.Object({ current: Password, next: Password });

/** Minimum of NIST SP 800-63B-4 for a password without a second factor. */
const MIN_PASSWORD_LENGTH = 15;

const NOTICES = new Map([
  ["ended", "That device is signed out."],
  ["ended-others", "You are signed out everywhere else."],
  ["password", "Your password is changed, and you are signed out everywhere else."],
]);

export async function deviceRoutes(
  app: FastifyInstance,
  { sessions, users }: { sessions: AccountSessions; users: Users },
): Promise<void> {
  const { store } = sessions;
  app.addHook("preHandler", requireSignIn(sessions));
  const preHandler = requireConfirmed(sessions);

  app.get<{ Querystring: Static<typeof Home> }>("/", { schema: { querystring: Home } }, (request, reply) => {
    return showDevices(request, reply, { notice: NOTICES.get(request.query.done ?? "") });
  });

  app.post<{ Body: Static<typeof End> }>(
    "/devices/end",
    { schema: { body: End }, preHandler },
    async (request, reply) => {
      // The handle of another user's session ends nothing.
      await store.destroyByHandle(request.user!.id, request.body.handle);
      return reply.redirect("/?done=ended", 303);
    },
  );

  app.post("/devices/end-others", { preHandler }, async (request, reply) => {
    const { handle } = await sessions.get(request);
    await store.destroyByUser(request.user!.id, { exceptHandle: handle });
    return reply.redirect("/?done=ended-others", 303);
  });

  app.post<{ Body: Static<typeof ChangePassword> }>(
    "/password",
    { schema: { body: ChangePassword } },
    async (request, reply) => {
      const { id } = request.user!;
      const { current, next } = request.body;
      const problem =
        (await users.verify(id, current)) === undefined
          ? "The current password is wrong."
          : next.length < MIN_PASSWORD_LENGTH
            ? `The new password must have ${MIN_PASSWORD_LENGTH} characters or more.`
            : undefined;
      if (problem !== undefined) return showDevices(request, reply.status(422), { problem });
      const session = await sessions.get(request);
      await startSession(request, session, await users.setPassword(id, next));
      await store.destroyByUser(id, { exceptHandle: session.handle });
      return reply.redirect("/?done=password", 303);
    },
  );

  async function showDevices(
    request: FastifyRequest,
    reply: FastifyReply,
    messages: { notice?: string | undefined; problem?: string },
  ): Promise<FastifyReply> {
    const user = request.user!;
    const current = await sessions.get(request);
    const all = await store.listByUser(user.id);
    const devices = all.map(({ handle, createdAt, data }): Device => {
      const { browser = "", authenticatedAt = createdAt, lastSeenAt = createdAt } = data;
      const isThis = handle === current.handle;
      return { handle, browser, authenticatedAt, lastSeenAt, isThis };
    });
    return asHtml(reply, devicePage({ user, devices, ...messages }));
  }
}
