import express, { type Express, type Request } from "express";
import { listening } from "../../listening.js";
import { type Access, type App, routes } from "../app.js";

/** Adds sessions to an app. */
export type AddToExpress = (app: Express) => Access<Request> | Promise<Access<Request>>;

/** Starts Express 5. */
export async function listenExpress(add: AddToExpress): Promise<App> {
  const app = express();
  for (const { method, path, handle } of routes(await add(app))) {
    app[method](path, async (req, res) => {
      const { status, body } = await handle(req);
      res.status(status).json(body);
    });
  }
  return listening(app.listen(0, "127.0.0.1"));
}
