import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { listening } from "../../listening.js";
import { type Access, type App, routes } from "../app.js";

export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
}

/** Starts a server of node:http. */
export async function listenNode(access: Access<Exchange>): Promise<App> {
  const handlers = new Map(
    routes(access).map(({ method, path, handle }) => [`${method.toUpperCase()} ${path}`, handle]),
  );
  const answer = async (exchange: Exchange) => {
    const { req, res } = exchange;
    const { status, body } = await handlers.get(`${req.method} ${req.url}`)!(exchange);
    const text = JSON.stringify(body);
    res.statusCode = status;
    res.setHeader("content-type", "application/json");
    res.setHeader("content-length", Buffer.byteLength(text));
    res.end(text);
  };
  return listening(createServer((req, res) => void answer({ req, res })).listen(0, "127.0.0.1"));
}
