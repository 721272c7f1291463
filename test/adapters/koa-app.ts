import Koa, { type Context, type Middleware } from "koa";
import { onTestFinished } from "vitest";
import { listen } from "../support/listen.js";
import { App, SECRET } from "./support.js";

/** The session object of koa-session. */
export type KoaSession = Record<string, unknown> & {
  maxAge: number | "session" | undefined;
  externalKey: string;
  save(): Promise<void>;
  regenerate(): Promise<void>;
};

/** What a handler can do with its session. */
export interface KoaVisit {
  readonly ctx: Context;
  readonly id: string;
  session: KoaSession;
  regenerate(): Promise<void>;
  destroy(): void;
}

/**
 * Serves a middleware that gives requests their sessions.
 * @param middlewareOf returns the middleware for an app.
 */
export async function serveKoa(
  middlewareOf: (web: Koa) => Middleware,
  cookieName = "koa.sess",
): Promise<App<KoaVisit>> {
  const app = new App<KoaVisit>(cookieName);
  const web = new Koa();
  web.keys = [SECRET];
  web.on("error", (error) => app.errors.push(error));
  web.use(middlewareOf(web));
  web.use(async (ctx) => {
    const { result } = await app.run(ctx.query.handler, koaVisit(ctx));
    if (ctx.body === undefined) ctx.body = { result };
  });
  const callback = web.callback();
  const { port, close } = await listen((request, response) => void callback(request, response));
  app.port = port;
  onTestFinished(close);
  return app;
}

function koaVisit(ctx: Context): KoaVisit {
  const holder = ctx as unknown as { session: KoaSession | null };
  return {
    ctx,
    get id() {
      return holder.session!.externalKey;
    },
    get session() {
      return holder.session!;
    },
    set session(session) {
      holder.session = session;
    },
    regenerate: () => holder.session!.regenerate(),
    destroy: () => void (holder.session = null),
  };
}
