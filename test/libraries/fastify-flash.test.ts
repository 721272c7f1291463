import fastifyFlash from "@fastify/flash";
import { describe } from "vitest";
import { type Message, SLOW, flashCases } from "./flash.cases.js";
import { SETUPS, fastifySessions, serveFastify } from "./support.js";

describe.each(SETUPS)("@fastify/flash with %s", (setup) => {
  const register = fastifySessions(setup);
  flashCases(setup, (wait) =>
    serveFastify(async (app) => {
      await register(app);
      await app.register(fastifyFlash);
      for (const path of ["/", SLOW]) {
        app.post(path, async (request, reply) => {
          if (path === SLOW) await wait();
          const { type, text } = request.body as Message;
          request.flash(type, text);
          return reply.redirect("/messages");
        });
      }
      app.get("/messages", async (_request, reply) => reply.flash());
    }),
  );
});
