import type { Setup } from "./actions.js";
import type { App } from "./app.js";
import { expressApp } from "./express-app.js";
import { fastifyApp } from "./fastify-app.js";
import type { Surroundings } from "./handlers.js";
import type { Layer } from "./model.js";
import { OWN_APPS } from "./own-apps.js";

interface Kind {
  layer: Layer;
  serve: (surroundings: Surroundings, setup: Setup) => Promise<App>;
}

const own = (serve: Kind["serve"]): Kind => ({ layer: "createSessions", serve });

/** Kinds of servers. */
export const KINDS = {
  express: { layer: "express-session", serve: expressApp },
  fastify: { layer: "@fastify/session", serve: fastifyApp },
  "createSessions and node:http": own(OWN_APPS["node:http"]),
  "createSessions and Express": own(OWN_APPS.Express),
  "createSessions and Fastify": own(OWN_APPS.Fastify),
  "createSessions and Koa": own(OWN_APPS.Koa),
  "createSessions and Hono": own(OWN_APPS.Hono),
  "createSessions and Fetch": own(OWN_APPS.Fetch),
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
