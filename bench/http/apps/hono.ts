import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Server } from "node:http";
import { listening } from "../../listening.js";
import { type Access, type App, routes } from "../app.js";

/** Adds sessions to an app. */
export type AddToHono = (app: Hono) => Access<Context> | Promise<Access<Context>>;

/** Starts Hono on @hono/node-server. */
export async function listenHono(add: AddToHono): Promise<App> {
  const app = new Hono();
  for (const { method, path, handle } of routes(await add(app))) {
    app[method](path, async (c) => {
      const { status, body } = await handle(c);
      return c.json(body, status as ContentfulStatusCode);
    });
  }
  return listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
}
