import flash from "connect-flash";
import { describe } from "vitest";
import { type Message, SLOW, flashCases } from "./flash.cases.js";
import { SETUPS, expressSessions, serveExpress } from "./support.js";

describe.each(SETUPS)("connect-flash with %s", (setup) => {
  const newSessions = expressSessions(setup);
  flashCases(setup, (wait) =>
    serveExpress(newSessions(), (app) => {
      app.use(flash());
      app.post(["/", SLOW], async (req, res) => {
        if (req.path === SLOW) await wait();
        const { type, text } = req.body as Message;
        req.flash(type, text);
        res.redirect("/messages");
      });
      app.get("/messages", (req, res) => void res.json(req.flash()));
    }),
  );
});
