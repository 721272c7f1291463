import type { App } from "../app.js";
import { EXPRESS_SERVERS } from "./express.js";
import { FASTIFY_SERVERS } from "./fastify.js";
import { HONO_SERVERS } from "./hono.js";
import { KOA_SERVERS } from "./koa.js";
import { NODE_SERVERS } from "./node.js";

export interface PeerOptions {
  /** URL of a database of this peer alone. */
  redisUrl: string;
  /** `dist` of another build of sessionary, for `sessionary-adapter-other`. */
  otherBuild?: string;
}

/** Servers of one framework by peer. `bare` has no sessions: it shows how much of a request is the framework's. */
export type Servers = Record<string, (options: PeerOptions) => Promise<App>>;

export const SERVERS = {
  node: NODE_SERVERS,
  fastify: FASTIFY_SERVERS,
  express: EXPRESS_SERVERS,
  koa: KOA_SERVERS,
  hono: HONO_SERVERS,
} satisfies Record<string, Servers>;

export type Framework = keyof typeof SERVERS;
