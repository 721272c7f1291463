// Sessions in node:http: npx tsx examples/any-server/node-http.ts
import http from "node:http";
import { HTML, answerTo, readForm, sessions, showPage, signIn } from "./app.js";
import { start } from "./node-server.js";

const server = http.createServer((req, res) => {
  handle(req, res).catch((error: unknown) => {
    const { status, headers, text } = answerTo(error);
    res.writeHead(status, headers).end(text);
  });
});

async function handle(req: http.IncomingMessage, res: http.ServerResponse): Promise<unknown> {
  const route = `${req.method} ${req.url}`;
  if (route === "GET /") {
    const session = await sessions.get(req, res);
    return res.writeHead(200, HTML).end(showPage(session));
  }
  if (route === "POST /sign-in") {
    const form = await readForm(req);
    await signIn(await sessions.get(req, res), form.get("name"));
    return res.writeHead(303, { location: "/" }).end();
  }
  if (route === "POST /sign-out") {
    const session = await sessions.get(req, res);
    await session.destroy();
    return res.writeHead(303, { location: "/" }).end();
  }
  return res.writeHead(404).end();
}

await start(server);
