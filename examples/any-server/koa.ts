// Sessions in Koa: npx tsx examples/any-server/koa.ts
import Koa from "koa";
import http from "node:http";
import { koaSessions } from "sessionary/koa";
import { readForm, sessions, showPage, signIn } from "./app.js";
import { start } from "./node-server.js";

const app = new Koa();
app.use(koaSessions(sessions));
app.use(async (ctx) => {
  const route = `${ctx.method} ${ctx.path}`;
  if (route === "GET /") {
    ctx.type = "html";
    ctx.body = showPage(await sessions.get(ctx));
  } else if (route === "POST /sign-in") {
    const form = await readForm(ctx.req);
    await signIn(await sessions.get(ctx), form.get("name"));
    ctx.status = 303;
    ctx.redirect("/");
  } else if (route === "POST /sign-out") {
    const session = await sessions.get(ctx);
    await session.destroy();
    ctx.status = 303;
    ctx.redirect("/");
  }
});

const listener = app.callback();
await start(http.createServer((req, res) => void listener(req, res)));
