import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type preValidationHookHandler,
} from "fastify";
import { MemoryStore, type SessionStore } from "sessionary";
import sessionaryFastify, { fastifyStore } from "sessionary/fastify-session";
import { describe, expect, onTestFinished, test } from "vitest";
import { emptyStores } from "./stores.js";
import { SECRET } from "./support.js";
import { wrapped } from "./wrapped-store.js";

/** How an app gets its sessions. */
const SETUPS = {
  "the plugin": async (app: FastifyInstance, store: SessionStore) => {
    await app.register(sessionaryFastify, { secret: SECRET, cookie: { secure: false }, store });
  },
  "fastifyStore with its hooks": async (app: FastifyInstance, store: SessionStore) => {
    const adapter = fastifyStore(store);
    await app.register(fastifyCookie);
    await app.register(fastifySession, options(adapter));
    app.addHook("onRequest", adapter.onRequest);
    app.addHook("onError", adapter.onError);
  },
  "fastifyStore without hooks": async (app: FastifyInstance, store: SessionStore) => {
    await app.register(fastifyCookie);
    await app.register(fastifySession, options(fastifyStore(store)));
  },
};

function options(store: fastifySession.SessionStore) {
  return { secret: SECRET, cookie: { secure: false }, saveUninitialized: false, store };
}

/** @fastify/session's own MemoryStore: what every answer is compared with. */
async function ownStore(app: FastifyInstance): Promise<void> {
  await app.register(fastifyCookie);
  await app.register(fastifySession, options(new fastifySession.MemoryStore()));
}

/** @fastify/passport's types augment Fastify's request for every file of a program: they are left out here. */
interface Passport {
  initialize(): FastifyPluginAsync;
  secureSession(): FastifyPluginAsync;
  use(name: string, strategy: object): void;
  authenticate(name: string, options: object): preValidationHookHandler;
}
async function authenticator(): Promise<Passport> {
  const name: string = "@fastify/passport";
  const { Authenticator } = (await import(name)) as { Authenticator: new () => Passport };
  return new Authenticator();
}

/** Routes that make Fastify, @fastify/session or a hook throw while the response is sent. */
const ROUTES: Record<string, (app: FastifyInstance) => Promise<unknown> | void> = {
  "a header value that Node refuses, on a route that does not touch the session": (app) =>
    void app.get("/case", async (_request, reply) =>
      reply.header("content-disposition", 'attachment; filename="отчёт.pdf"').send("file"),
    ),
  "a redirect to a path that is not ASCII": (app) =>
    void app.get("/case", async (_request, reply) => reply.redirect("/" + "отчёт")),
  "an object sent as text": (app) =>
    void app.get("/case", async (_request, reply) => reply.type("text/plain").send({ n: 1 })),
  "reply.send without return": (app) =>
    void app.get("/case", async (request, reply) => {
      request.session.set("n" as never, 1 as never);
      void reply.send({});
    }),
  "a cookie whose expires is text": (app) =>
    void app.get("/case", async (request) => {
      (request.session.cookie as { expires: unknown }).expires = "text";
      request.session.set("n" as never, 2 as never);
      return {};
    }),
  "a wrong password in a preValidation hook of @fastify/passport": async (app) => {
    const passport = await authenticator();
    await app.register(passport.initialize());
    await app.register(passport.secureSession());
    passport.use("wrong", {
      authenticate(this: { fail: () => void }) {
        this.fail();
      },
    });
    app.get(
      "/case",
      { preValidation: passport.authenticate("wrong", { authInfo: false }) },
      async () => ({}),
    );
  },
  "a redirect to a path that is not ASCII in the callback of destroy": (app) =>
    void app.get("/case", (request, reply) => {
      request.session.destroy(() => void reply.redirect("/" + "отчёт"));
    }),
  "a redirect to a path that is not ASCII in the callback of save": (app) =>
    void app.get("/case", (request, reply) => {
      request.session.save(() => void reply.redirect("/" + "отчёт"));
    }),
};

/** Requests the case's route without a session and with one. */
async function visit(
  setUp: (app: FastifyInstance) => Promise<void>,
  route: (app: FastifyInstance) => Promise<unknown> | void,
): Promise<{ statuses: unknown[]; alive: number; uncaught: unknown[] }> {
  const uncaught: unknown[] = [];
  const listener = (error: unknown) => void uncaught.push(error);
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listeners(event as "uncaughtException"));
  for (const event of events) process.removeAllListeners(event).on(event, listener);
  const app = Fastify({ forceCloseConnections: true });
  try {
    await setUp(app);
    await route(app);
    app.get("/start", async (request) => (request.session.set("user" as never, "ann" as never), {}));
    app.get("/alive", async () => ({}));
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    const fetchIt = (path: string, cookie?: string) =>
      fetch(url + path, {
        redirect: "manual",
        signal: AbortSignal.timeout(3_000),
        ...(cookie && { headers: { cookie } }),
      });
    const started = await fetchIt("/start");
    const cookie = started.headers.get("set-cookie")?.split(";")[0];
    const statuses: unknown[] = [];
    for (const each of [undefined, cookie, cookie]) {
      statuses.push(
        await fetchIt("/case", each).then(
          ({ status }) => status,
          () => "no answer",
        ),
      );
    }
    const alive = (await fetchIt("/alive", cookie)).status;
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    return { statuses, alive, uncaught };
  } finally {
    await app.close();
    events.forEach((event, i) => {
      process.removeAllListeners(event);
      for (const each of before[i]!) process.on(event, each);
    });
  }
}

/** A store whose writes fail, and one that answers without a promise, as a store in plain JavaScript may. */
const failing = () =>
  wrapped(new MemoryStore(), {
    create: () => Promise.reject(new Error("down")),
    update: () => Promise.reject(new Error("down")),
    touch: () => Promise.reject(new Error("down")),
  });
function synchronous(): SessionStore {
  const sessions = new Map<string, { data: Record<string, unknown>; expiresAt: number; version: string }>();
  let versions = 0;
  const copy = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;
  const put = (id: string, entry: { data: Record<string, unknown>; expiresAt: number }) => {
    const version = String(++versions);
    sessions.set(id, { ...copy(entry), version });
    return version;
  };
  return wrapped(new MemoryStore(), {
    get: (id: string) => copy(sessions.get(id) ?? null) ?? undefined,
    create: put,
    update: (id: string, entry: { data: Record<string, unknown>; expiresAt: number }) =>
      sessions.has(id) ? put(id, entry) : undefined,
    touch: (id: string, { expiresAt }: { expiresAt: number }) => {
      const found = sessions.get(id);
      if (found) found.expiresAt = expiresAt;
      return found !== undefined;
    },
    destroy: (id: string) => sessions.delete(id),
  } as unknown as Partial<SessionStore>);
}

describe.each(Object.keys(SETUPS) as (keyof typeof SETUPS)[])("%s", (setup) => {
  describe.each(["memory", "redis", "a synchronous store", "a failing store"] as const)("over %s", (kind) => {
    const redis = kind === "redis" ? emptyStores("redis") : undefined;
    const open = () => {
      const store =
        redis?.() ??
        (kind === "memory" ? new MemoryStore() : kind === "a failing store" ? failing() : synchronous());
      onTestFinished(() => store.close());
      return store;
    };
    test.each(Object.keys(ROUTES))("answers like @fastify/session's own store: %s", async (name) => {
      const own = await visit(ownStore, ROUTES[name]!);
      const ours = await visit((app) => SETUPS[setup](app, open()), ROUTES[name]!);
      expect(ours.uncaught).toEqual([]);
      expect(ours.alive).toBe(kind === "a failing store" ? ours.alive : 200);
      if (kind === "a failing store") expect(ours.statuses).not.toContain("no answer");
      else expect(ours.statuses).toEqual(own.statuses);
    });
  });
});
