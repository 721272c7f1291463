import { type Static, Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { confirmPage, signInPage } from "./authentication-pages.js";
import type { AccountSessions } from "./sessions.js";
import { requireSignIn, startSession } from "./signed-in.js";
import type { Users } from "./users.js";

const Name = Type.String({ minLength: 1, maxLength: 64 });
export const Password = Type.String({ minLength: 1, maxLength: 256 });
const SignIn = Type.Object({ name: Name, password: Password });
const Confirm = Type.Object({ password: Password });

/** The same for a wrong name and a wrong password, so that nobody learns who has an account. */
const WRONG = "Wrong name or password.";

export async function authenticationRoutes(
  app: FastifyInstance,
  { sessions, users }: { sessions: AccountSessions; users: Users },
): Promise<void> {
  app.get("/sign-in", async (request, reply) => {
    if (request.user) return reply.redirect("/", 303);
    return asHtml(reply, signInPage());
  });

  app.post<{ Body: Static<typeof SignIn> }>(
    "/sign-in",
    { schema: { body: SignIn } },
    async (request, reply) => {
      const { name, password } = request.body;
      const user = await users.verify(name, password);
      if (user === undefined) return asHtml(reply.status(401), signInPage({ name, problem: WRONG }));
      await startSession(request, await sessions.get(request), user);
      return reply.redirect("/", 303);
    },
  );

  await app.register(async (signedIn) => {
    signedIn.addHook("preHandler", requireSignIn(sessions));

    signedIn.post("/sign-out", async (request, reply) => {
      const session = await sessions.get(request);
      await session.destroy();
      return reply.redirect("/sign-in", 303);
    });

    signedIn.get("/confirm", async ({ user }, reply) => asHtml(reply, confirmPage(user!)));

    signedIn.post<{ Body: Static<typeof Confirm> }>(
      "/confirm",
      { schema: { body: Confirm } },
      async (request, reply) => {
        const user = await users.verify(request.user!.id, request.body.password);
        if (user === undefined)
          return asHtml(reply.status(401), confirmPage(request.user!, "Wrong password."));
        await startSession(request, await sessions.get(request), user);
        return reply.redirect("/", 303);
      },
    );
  });
}

export function asHtml(reply: FastifyReply, text: string): FastifyReply {
  return reply.type("text/html; charset=utf-8").send(text);
}
