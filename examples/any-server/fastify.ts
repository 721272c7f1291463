// Sessions in Fastify: npx tsx examples/any-server/fastify.ts
import fastify from "fastify";
import sessionaryFastify from "sessionary/fastify";
import { HTML, answerTo, run, sessions, showPage, signIn } from "./app.js";

const app = fastify({ bodyLimit: 4_096 });
await app.register(sessionaryFastify, { sessions });
app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(body as string))),
);

app.get("/", async (request, reply) => {
  return reply.headers(HTML).send(showPage(await sessions.get(request)));
});
app.post("/sign-in", async (request, reply) => {
  const { name } = (request.body ?? {}) as { name?: unknown };
  await signIn(await sessions.get(request), name);
  return reply.redirect("/", 303);
});
app.post("/sign-out", async (request, reply) => {
  const session = await sessions.get(request);
  await session.destroy();
  return reply.redirect("/", 303);
});
app.setErrorHandler((error, _request, reply) => {
  const { status, headers, text } = answerTo(error);
  return reply.status(status).headers(headers).send(text);
});

await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
run(app.listeningOrigin, () => app.close());
