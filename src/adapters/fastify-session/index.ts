import fastifyCookie from "@fastify/cookie";
import fastifySession, { type CookieOptions } from "@fastify/session";
import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { knownOptions } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import { PLUGIN_OPTIONS, type SessionaryFastifyOptions } from "./plugin-options.js";
import { checkRegenerate } from "./check-regenerate.js";
import { FastifyStore } from "./fastify-store.js";
import { ADAPTER_OPTIONS, type AdapterOptions } from "../options.js";
import { CookieSessions } from "../cookie-sessions.js";

export type { AdapterOptions } from "../options.js";
export type { SessionaryFastifyOptions } from "./plugin-options.js";
export { FastifyStore } from "./fastify-store.js";

/**
 * A store for those who register @fastify/session themselves. Add its `onRequest` and `onError` hooks after it.
 * @throws TypeError naming the option that is not valid.
 */
export function fastifyStore(store: SessionStore<object>, options: AdapterOptions = {}): FastifyStore {
  knownOptions("fastifyStore", options, ADAPTER_OPTIONS);
  return new FastifyStore(new CookieSessions("fastifyStore", store, options));
}

/**
 * Sessions for Fastify: registers @fastify/cookie, unless it is there, and @fastify/session with the
 * given store.
 */
export default fp(
  async (app: FastifyInstance, options: SessionaryFastifyOptions) => {
    knownOptions("sessionaryFastify", options, PLUGIN_OPTIONS);
    const { store, onConflict, touchAfterMs, ttlMs, ...sessionOptions } = options;
    const adapter = fastifyStore(store, {
      ...(onConflict !== undefined && { onConflict }),
      ...(touchAfterMs !== undefined && { touchAfterMs }),
      ...(ttlMs !== undefined && { ttlMs }),
    });
    if (!app.hasReplyDecorator("setCookie")) await app.register(fastifyCookie);
    await checkRegenerate(app);
    await app.register(fastifySession, { saveUninitialized: false, ...sessionOptions, store: adapter });
    app.addHook("onRequest", adapter.onRequest);
    app.addHook("onError", adapter.onError);
    claimDecrypted(app, adapter);
  },
  { fastify: "5.x", name: "sessionary" },
);

type Done = (error?: unknown) => void;
type Decrypt = (value: string, request: FastifyRequest, ...rest: [Done] | [CookieOptions, Done]) => void;

/** Ties the sessions of `app.decryptSession`, as for a WebSocket, to what was loaded for them: no hook runs. */
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
