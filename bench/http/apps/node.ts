import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
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

/** Waits until a server listens. */
export async function listening(server: Server): Promise<App> {
  if (!server.listening) await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
