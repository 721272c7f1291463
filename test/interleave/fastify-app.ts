import Fastify, { type FastifyRequest } from "fastify";
import type { SessionStore } from "sessionary";
import sessionary from "sessionary/fastify-session";
import { type Answer, type App, type Change, HOUR_MS, SECRET, type Setup, newId } from "./app.js";
import { pause } from "./turns.js";

type Fields = Record<string, unknown>;

/** A Fastify server with handlers as everybody writes them. */
export async function fastifyApp(store: SessionStore, setup: Setup): Promise<App> {
  const app = Fastify();
  await app.register(sessionary, {
    store,
    touchAfterMs: setup.touchAfterMs,
    secret: SECRET,
    idGenerator: newId,
    rolling: setup.saveUnchanged,
    saveUninitialized: setup.saveUninitialized,
    cookie: { maxAge: HOUR_MS, secure: false },
  });
  const seen = new WeakMap<FastifyRequest, Pick<Answer, "loadedId" | "loaded">>();
  app.addHook("preHandler", async (request) => {
    const { cookie: _, ...fields } = fieldsOf(request);
    seen.set(request, { loadedId: request.session.sessionId, loaded: fields });
  });
  const answer = (request: FastifyRequest): Answer => {
    const { loadedId, loaded } = seen.get(request)!;
    const { session } = request as { session: FastifyRequest["session"] | null }; // null when it was destroyed
    const { originalMaxAge } = session?.cookie ?? {};
    return { id: session?.sessionId ?? loadedId, maxAge: originalMaxAge ?? null, loadedId, loaded };
  };

  app.get("/login", async (request) => {
    await pause("checks the password");
    const { field, value } = changeOf(request);
    await request.session.regenerate();
    fieldsOf(request).user = value;
    fieldsOf(request)[field] = value;
    await request.session.save();
    return answer(request);
  });

  app.get("/write", async (request) => {
    const { field, value } = changeOf(request);
    await pause();
    fieldsOf(request)[field] = value;
    fieldsOf(request).last = value;
    return answer(request);
  });

  app.get("/save-twice", async (request) => {
    const { field, value } = changeOf(request);
    fieldsOf(request)[field] = value;
    fieldsOf(request).last = value;
    await request.session.save();
    await pause();
    fieldsOf(request)[`${field}-later`] = value;
    return answer(request);
  });

  app.get("/read", async (request) => {
    await pause();
    return answer(request);
  });

  app.get("/extend", async (request) => {
    await pause();
    request.session.cookie.maxAge = 2 * HOUR_MS;
    return answer(request);
  });

  app.get("/delete", async (request) => {
    const { field } = changeOf(request);
    await pause();
    delete fieldsOf(request)[field];
    return answer(request);
  });

  app.get("/reload", async (request) => {
    const { field, value } = changeOf(request);
    await pause();
    await request.session.reload();
    fieldsOf(request)[field] = value;
    fieldsOf(request).last = value;
    return answer(request);
  });

  app.get("/regenerate", async (request) => {
    const { field, value } = changeOf(request);
    await pause();
    const { user } = fieldsOf(request);
    await request.session.regenerate();
    fieldsOf(request).user = user;
    fieldsOf(request)[field] = value;
    return answer(request);
  });

  app.get("/logout", async (request) => {
    await pause();
    await request.session.destroy();
    return answer(request);
  });

  await app.ready();
  return { cookieName: "sessionId", inject: (options) => app.inject(options) };
}

/** A session's own enumerable fields, as `session.x` and `session.get("x")` have them. */
function fieldsOf(request: FastifyRequest): Fields {
  return request.session as unknown as Fields;
}

function changeOf(request: FastifyRequest): Change {
  return request.query as Change;
}
