import fastifyCookie from "@fastify/cookie";
import fastifySession, { type CookieOptions } from "@fastify/session";
import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { type AdapterOptions, splitAdapterOptions } from "../options.js";
import { storeOption } from "../store-option.js";
import { checkRegenerate } from "./check-regenerate.js";
import { FastifyStore, fastifyStore } from "./fastify-store.js";
import { warnIfInsecure } from "./insecure-request.js";
import {
  type SessionaryFastifySessionOptions,
  checkPluginCookie,
  checkPluginOptions,
} from "./plugin-options.js";

export type { AdapterOptions } from "../options.js";
export type { SessionaryFastifySessionOptions } from "./plugin-options.js";
export { FastifyStore, fastifyStore } from "./fastify-store.js";

/**
 * Fastify plugin for sessions. Registers @fastify/cookie, unless it is registered already, and @fastify/session with
 * the given store and the hooks of `fastifyStore`. Sessions are saved before the response is sent.
 * @example
 * app.register(sessionaryFastifySession, { store: "redis://localhost:6379", secret: process.env.SESSION_SECRET });
 */
const sessionaryFastifySession = fp(
  async (app: FastifyInstance, options: SessionaryFastifySessionOptions) => {
    checkPluginOptions(options);
    const { adapterOptions, others } = splitAdapterOptions(options);
    const adapter = adapterOf(app, options.store, adapterOptions);
    if (!app.hasReplyDecorator("setCookie")) await app.register(fastifyCookie);
    checkPluginCookie(app, options);
    await checkRegenerate(app);
    app.addHook("onRequest", adapter.beforeLoad);
    await app.register(fastifySession, { saveUninitialized: false, ...others, store: adapter });
    app.addHook("onRequest", adapter.onRequest);
    app.addHook("onError", adapter.onError);
    app.addHook("onSend", warnIfInsecure);
    claimDecrypted(app, adapter);
  },
  { fastify: "5.x", name: "sessionary" },
);

export default sessionaryFastifySession;

function adapterOf(
  app: FastifyInstance,
  store: SessionaryFastifySessionOptions["store"],
  options: AdapterOptions,
): FastifyStore {
  if (store instanceof FastifyStore) return store;
  const opened = storeOption("sessionaryFastifySession", store);
  if (typeof store === "string") app.addHook("onClose", () => opened.close());
  return fastifyStore(opened, options);
}

type Done = (error?: unknown) => void;
type Decrypt = (value: string, request: FastifyRequest, ...rest: [Done] | [CookieOptions, Done]) => void;

/**
 * Connects the session objects of `app.decryptSession`, as for a WebSocket, with the loaded sessions, since no hook
 * runs for them.
 */
function claimDecrypted(app: FastifyInstance, adapter: FastifyStore): void {
  const decrypt = app.decryptSession.bind(app) as Decrypt;
  const claiming: Decrypt = (value, request, ...rest) => {
    const [cookie, done] = rest.length === 2 ? rest : [{}, rest[0]];
    decrypt(value, request, cookie, (error) => {
      if (error) done(error);
      else adapter.onRequest(request, undefined, done);
    });
  };
  app.decryptSession = claiming as FastifyInstance["decryptSession"];
}
