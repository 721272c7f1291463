import Koa from "koa";
import type { Context } from "koa";
import { listening } from "../../listening.js";
import { type Access, type App, routes } from "../app.js";

/** Adds sessions to an app. */
export type AddToKoa = (app: Koa) => Access<Context> | Promise<Access<Context>>;

/** Starts Koa 3. */
export async function listenKoa(add: AddToKoa): Promise<App> {
  const app = new Koa();
  const handlers = new Map(
    routes(await add(app)).map(({ method, path, handle }) => [`${method.toUpperCase()} ${path}`, handle]),
  );
  app.use(async (ctx) => {
    const { status, body } = await handlers.get(`${ctx.method} ${ctx.path}`)!(ctx);
    ctx.status = status;
    ctx.body = body;
  });
  return listening(app.listen(0, "127.0.0.1"));
}
