import { Router } from "express";
import { contentSecurityPolicy, page, receivedCookie } from "../fastify-login/page.js";

export function homeRoutes(): Router {
  const router = Router();

  router.get("/", (req, res) => {
    res.vary("Accept");
    if (req.accepts(["json", "html"]) !== "html") return void res.json({ hello: "world!" });
    res.type("html").set("Content-Security-Policy", contentSecurityPolicy).send(page());
  });

  router.get("/cookie", (req, res) => {
    res.json({ cookie: receivedCookie(req.headers.cookie) });
  });

  return router;
}
