import express, { type Request, type Response } from "express";
import session from "express-session";
import Fastify from "fastify";
import type { SessionStore } from "sessionary";
import { expressStore } from "sessionary/express-session";
import { type Answer, type App, type Change, HOUR_MS, SECRET, type Setup, newId } from "./app.js";
import { pause } from "./turns.js";

type Fields = Record<string, unknown>;

/** An Express server with handlers as everybody writes them. */
export async function expressApp(store: SessionStore, setup: Setup): Promise<App> {
  const app = express();
  app.use((req, _res, next) => {
    // express-session asks for it, and Fastify's inject warns of that name of the socket.
    Object.defineProperty(req, "connection", { value: req.socket });
    next();
  });
  app.use(
    session({
      store: expressStore(store, { touchAfterMs: setup.touchAfterMs }),
      secret: SECRET,
      genid: newId,
      resave: setup.saveUnchanged,
      saveUninitialized: setup.saveUninitialized,
      cookie: { maxAge: HOUR_MS },
    }),
  );
  app.use((req, res, next) => {
    const { cookie: _, ...loaded } = fieldsOf(req);
    Object.assign(res.locals, { loadedId: req.sessionID, loaded });
    next();
  });

  app.get("/login", async (req, res, next) => {
    await pause("checks the password");
    const { field, value } = changeOf(req);
    req.session.regenerate((error) => {
      if (error) return next(error);
      fieldsOf(req).user = value;
      fieldsOf(req)[field] = value;
      req.session.save((error) => (error ? next(error) : answer(req, res)));
    });
  });

  app.get("/write", async (req, res) => {
    const { field, value } = changeOf(req);
    await pause();
    fieldsOf(req)[field] = value;
    fieldsOf(req).last = value;
    answer(req, res);
  });

  app.get("/save-twice", (req, res, next) => {
    const { field, value } = changeOf(req);
    fieldsOf(req)[field] = value;
    fieldsOf(req).last = value;
    req.session.save((error) => {
      if (error) return next(error);
      void pause().then(() => {
        fieldsOf(req)[`${field}-later`] = value;
        answer(req, res);
      });
    });
  });

  app.get("/read", async (req, res) => {
    await pause();
    answer(req, res);
  });

  app.get("/extend", async (req, res) => {
    await pause();
    req.session.cookie.maxAge = 2 * HOUR_MS;
    answer(req, res);
  });

  app.get("/delete", async (req, res) => {
    const { field } = changeOf(req);
    await pause();
    delete fieldsOf(req)[field];
    answer(req, res);
  });

  app.get("/reload", async (req, res) => {
    const { field, value } = changeOf(req);
    await pause();
    req.session.reload((error) => {
      if (error) return void answer(req, res.status(401));
      fieldsOf(req)[field] = value;
      fieldsOf(req).last = value;
      answer(req, res);
    });
  });

  app.get("/regenerate", async (req, res, next) => {
    const { field, value } = changeOf(req);
    await pause();
    const { user } = fieldsOf(req);
    req.session.regenerate((error) => {
      if (error) return next(error);
      fieldsOf(req).user = user;
      fieldsOf(req)[field] = value;
      answer(req, res);
    });
  });

  app.get("/logout", async (req, res, next) => {
    await pause();
    req.session.destroy((error: unknown) => (error ? next(error) : answer(req, res)));
  });

  return { cookieName: "connect.sid", inject: await injectOf(app) };
}

/** Express has no way to be asked without a socket, whose real time would make the order of events one of luck. */
async function injectOf(app: express.Express): Promise<App["inject"]> {
  const server = Fastify();
  server.all("*", (request, reply) => {
    reply.hijack();
    // Express gives both other prototypes, without the methods by which inject sees the answer.
    for (const raw of [request.raw, reply.raw]) Object.assign(raw, Object.getPrototypeOf(raw));
    app(request.raw, reply.raw);
  });
  await server.ready();
  return (options) => server.inject(options);
}

function fieldsOf(req: Request): Fields {
  return req.session as unknown as Fields;
}

function changeOf(req: Request): Change {
  return req.query as unknown as Change;
}

function answer(req: Request, res: Response): void {
  const { loadedId, loaded } = res.locals as Pick<Answer, "loadedId" | "loaded">;
  const maxAge = req.session?.cookie.originalMaxAge ?? null; // a session that was destroyed is not there
  res.json({ id: req.sessionID, maxAge, loadedId, loaded } satisfies Answer);
}
