import type { FastifyRequest } from "fastify";
import { LIFETIME_MS } from "../../sessions.js";
import { type Fields, SECRET, fieldsAccess } from "../app.js";

/** Options for @fastify/session: nothing is stored for a request that puts nothing in. */
export const FASTIFY_SESSION_OPTIONS = {
  secret: SECRET,
  saveUninitialized: false,
  cookie: { secure: false, maxAge: LIFETIME_MS },
};

/** `request.session`. */
export const requestSession = fieldsAccess<FastifyRequest>((request) => request.session as unknown as Fields);
