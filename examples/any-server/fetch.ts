// Sessions in a handler of the Fetch API, on Node.js: npx tsx examples/any-server/fetch.ts
// With Deno: `Deno.serve(handle)`. With Bun: `Bun.serve({ fetch: handle })`.
import { createAdaptorServer } from "@hono/node-server";
import type { Server } from "node:http";
import { HTML, answerTo, readForm, sessions, showPage, signIn } from "./app.js";
import { start } from "./node-server.js";

const handle = sessions.handler(async (request) => {
  try {
    return await answer(request);
  } catch (error) {
    const { text, ...init } = answerTo(error);
    return new Response(text, init);
  }
});

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const route = `${request.method} ${pathname}`;
  if (route === "GET /") return new Response(showPage(await sessions.get(request)), { headers: HTML });
  if (route === "POST /sign-in") {
    const form = await readForm(request.body);
    await signIn(await sessions.get(request), form.get("name"));
    return new Response(null, { status: 303, headers: { location: "/" } });
  }
  if (route === "POST /sign-out") {
    const session = await sessions.get(request);
    await session.destroy();
    return new Response(null, { status: 303, headers: { location: "/" } });
  }
  return new Response("Not found", { status: 404 });
}

await start(createAdaptorServer({ fetch: handle }) as Server);
