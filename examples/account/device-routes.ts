import { type Static, Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Password, asHtml } from "./authentication-routes.js";
import { type Device, devicePage } from "./device-page.js";
import { requireConfirmed, requireSignIn, startSession } from "./signed-in.js";
import type { AccountStore } from "./store.js";
import type { Users } from "./users.js";

const Home = Type.Object({ done: Type.Optional(Type.String()) });
const End = Type.Object({ handle: Type.String({ maxLength: 64 }) });
const ChangePassword = Type.Object({ current: Password, next: Password });

/** NIST SP 800-63B-4 asks for as many of a password that stands alone. */
const MIN_PASSWORD_LENGTH = 15;

const NOTICES = new Map([
  ["ended", "That device is logged out."],
  ["ended-others", "You are logged out everywhere else."],
  ["password", "Your password is changed, and you are logged out everywhere else."],
]);

export async function deviceRoutes(
  app: FastifyInstance,
  { store, users }: { store: AccountStore; users: Users },
): Promise<void> {
  app.addHook("preHandler", requireSignIn);

  app.get<{ Querystring: Static<typeof Home> }>("/", { schema: { querystring: Home } }, (request, reply) => {
    return showDevices(request, reply, { notice: NOTICES.get(request.query.done ?? "") });
  });

  app.post<{ Body: Static<typeof End> }>(
    "/devices/end",
    { schema: { body: End }, preHandler: requireConfirmed },
    async (request, reply) => {
      // The handle of another user's session ends nothing.
      await store.destroyByHandle(request.user!.id, request.body.handle);
      return reply.redirect("/?done=ended", 303);
    },
  );

  app.post("/devices/end-others", { preHandler: requireConfirmed }, async (request, reply) => {
    await store.destroyByUser(request.user!.id, { exceptId: request.session.sessionId });
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
          ? "This is not your password now."
          : next.length < MIN_PASSWORD_LENGTH
            ? `A new password needs ${MIN_PASSWORD_LENGTH} characters or more.`
            : undefined;
      if (problem !== undefined) return showDevices(request, reply.status(422), { problem });
      await startSession(request, await users.setPassword(id, next));
      await store.destroyByUser(id, { exceptId: request.session.sessionId });
      return reply.redirect("/?done=password", 303);
    },
  );

  async function showDevices(
    request: FastifyRequest,
    reply: FastifyReply,
    messages: { notice?: string | undefined; problem?: string },
  ): Promise<FastifyReply> {
    const user = request.user!;
    const sessions = await store.listByUser(user.id);
    const devices = sessions.map(({ handle, createdAt, data }): Device => {
      const { browser = "", authenticatedAt = createdAt, lastSeenAt = createdAt, deviceId } = data;
      const isThis = deviceId === request.session.deviceId;
      return { handle, browser, authenticatedAt, lastSeenAt, isThis };
    });
    return asHtml(reply, devicePage({ user, devices, ...messages }));
  }
}
