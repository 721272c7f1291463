import type {
  FastifyInstance,
  FastifyPluginCallback,
  FastifyRequest,
  preValidationHookHandler,
} from "fastify";
import { createRequire } from "node:module";
import type { Strategy } from "passport-local";
import { describe } from "vitest";
import { type AppSession, type User, account, addToCart, passportCases, strategy } from "./passport.cases.js";
import { SETUPS, fastifySessions, serveFastify } from "./support.js";

// The types of @fastify/passport declare `request.user`, as an app of the examples does.
const { Authenticator } = createRequire(import.meta.url)("@fastify/passport") as {
  Authenticator: new () => {
    use(strategy: Strategy): void;
    registerUserSerializer(serialize: (user: User) => Promise<string>): void;
    registerUserDeserializer(deserialize: (username: string) => Promise<User>): void;
    initialize(): FastifyPluginCallback;
    secureSession(): FastifyPluginCallback;
    authenticate(strategy: string, options: object): preValidationHookHandler;
  };
};
type PassportRequest = FastifyRequest & { logOut(): Promise<void> };

describe.each(SETUPS)("@fastify/passport with %s", (setup) => {
  const register = fastifySessions(setup);
  passportCases(setup, (wait) =>
    serveFastify(async (app) => {
      await register(app);
      await routes(app, wait);
    }),
  );
});

const sessionOf = (request: FastifyRequest) => request.session as unknown as AppSession;

async function routes(app: FastifyInstance, wait: () => Promise<void>): Promise<void> {
  const authenticator = new Authenticator();
  authenticator.use(strategy());
  authenticator.registerUserSerializer(async ({ username }) => username);
  authenticator.registerUserDeserializer(async (username) => ({ username }));
  await app.register(authenticator.initialize());
  await app.register(authenticator.secureSession());

  const options = { keepSessionInfo: true, successRedirect: "/account" };
  app.post("/sign-in", { preValidation: authenticator.authenticate("local", options) }, () => {});
  app.post("/sign-out", async (request, reply) => {
    await (request as PassportRequest).logOut();
    return reply.redirect("/");
  });
  app.post("/cart", async (request) => addToCart(sessionOf(request), request.body));
  app.get("/account", async (request, reply) => {
    const { user } = request as unknown as { user?: User };
    if (user) return account(user, sessionOf(request));
    return reply.code(401).send("sign in first");
  });
  app.get("/slow", async (request) => {
    await wait();
    sessionOf(request).seen = true;
    return "";
  });
}
