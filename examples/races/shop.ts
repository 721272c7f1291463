import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Gate } from "./gate.js";

declare module "fastify" {
  interface Session {
    user?: string;
    cartItems?: Record<string, boolean>;
  }
}

/** State of a session, which each response contains. */
export interface Account {
  user?: string;
  cart: string[];
  /** Days until the session ends. */
  days: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Options of the session plugin, the same for each store. */
export const SESSION_OPTIONS = {
  cookieName: "id",
  cookie: { maxAge: HOUR_MS, secure: false },
  saveUninitialized: false,
};

/**
 * Creates a small shop. A request with `?slow` waits at the gate after its session is loaded.
 * @param addSessions registers @fastify/session.
 */
export async function createShop(
  gate: Gate,
  addSessions: (app: FastifyInstance) => Promise<unknown>,
): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true });
  await addSessions(app);
  app.addHook("preHandler", async (request) => {
    if ("slow" in (request.query as object)) await gate.wait();
  });

  app.post("/log-in", async (request) => {
    await request.session.regenerate();
    request.session.user = "ada";
    request.session.cartItems = {};
    return accountOf(request);
  });

  app.post<{ Params: { item: string } }>("/cart/:item", async (request) => {
    request.session.cartItems = { ...request.session.cartItems, [request.params.item]: true };
    return accountOf(request);
  });

  app.post("/remember-me", async (request) => {
    request.session.cookie.maxAge = 30 * DAY_MS;
    return accountOf(request);
  });

  app.get("/account", async (request) => accountOf(request));

  app.post("/log-out", async (request) => {
    await request.session.destroy();
    return { cart: [], days: 0 };
  });

  return app;
}

function accountOf({ session }: FastifyRequest): Account {
  const { user, cartItems = {}, cookie } = session;
  const days = Math.round((cookie.maxAge ?? 0) / DAY_MS);
  return { ...(user !== undefined && { user }), cart: Object.keys(cartItems), days };
}
