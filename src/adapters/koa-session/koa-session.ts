import type Application from "koa";
import type { Context, Middleware } from "koa";
import session, { type CreateSessionOptions } from "koa-session";
import { assertNoStore } from "../../check-store.js";
import { stringify } from "../../codec/json.js";
import { knownOptions } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import { checkCookieOptions } from "../cookie-options.js";
import { ADAPTER_OPTIONS, type AdapterOptions, checkAdapterPlace, splitAdapterOptions } from "../options.js";
import { storeOption } from "../store-option.js";
import { KoaStore, koaStore } from "./koa-store.js";

type CookieStorageOption = "ContextStore" | "encode" | "decode";

/** Options for `koaSession`: those of koa-session, with a different type of `store`, and those of `koaStore`. */
export interface KoaSessionOptions
  extends Omit<CreateSessionOptions, "store" | CookieStorageOption>, AdapterOptions {
  /** URL such as `"redis://localhost:6379"`, any `SessionStore`, or an adapter that `koaStore()` returned. */
  store: SessionStore<object> | KoaStore | string;
}

/** Accepted options. The type requires each option of koa-session that concerns sessions in a store. */
const OPTIONS: Record<keyof Omit<CreateSessionOptions, CookieStorageOption>, true> = {
  store: true,
  key: true,
  maxAge: true,
  autoCommit: true,
  overwrite: true,
  httpOnly: true,
  signed: true,
  rolling: true,
  renew: true,
  secure: true,
  sameSite: true,
  externalKey: true,
  genid: true,
  prefix: true,
  valid: true,
  beforeSave: true,
};

/** Options that koa-session passes to the package `cookies`. */
const COOKIE_OPTIONS = ["path", "domain", "priority", "partitioned"];

/** Middleware that `koaSession` returns. */
export type KoaSessions = Middleware & {
  /** The store, to close it, or to call methods such as `listByUser`. */
  readonly store: SessionStore<object>;
};

/**
 * Returns a middleware that uses koa-session and stores the sessions in a store. Set `app.keys` before, unless
 * `signed` is false.
 * @throws TypeError that names the invalid option and the accepted values.
 * @example
 * app.keys = [process.env.SESSION_SECRET!];
 * app.use(koaSession({ store: "redis://localhost:6379" }, app));
 */
export function koaSession(options: KoaSessionOptions, app: Application): KoaSessions {
  checkOptions(options, app);
  const { adapterOptions, others } = splitAdapterOptions(options);
  const { store } = options;
  const adapter =
    store instanceof KoaStore ? store : koaStore(storeOption("koaSession", store), adapterOptions);
  const handle = session({ ...others, store: adapter }, app);
  const middleware: Middleware = async (ctx, next) => {
    try {
      await handle(ctx, () => next().finally(() => KoaStore.settle(adapter, ctx)));
    } catch (error) {
      assertSerializable(ctx);
      throw error;
    }
  };
  return Object.assign(middleware, { store: KoaStore.storeOf(adapter) });
}

function checkOptions(options: KoaSessionOptions, app: Application): void {
  assertNoStore("koaSession", options);
  if (typeof app?.use !== "function")
    throw new TypeError("koaSession requires the app as second argument: koaSession({ store, … }, app)");
  knownOptions("koaSession", options, [...Object.keys(OPTIONS), ...COOKIE_OPTIONS, ...ADAPTER_OPTIONS]);
  const { signed = true, key = "koa.sess", store } = options;
  if (signed && !hasKeys(app))
    throw new TypeError(
      "koaSession requires app.keys, a list of long random strings that sign the session cookie. Set it before, " +
        "or set signed to false: the ids are random",
    );
  if (store instanceof KoaStore) checkAdapterPlace("koaSession", "koaStore", options);
  // Without `secure`, the cookie is secure if the request is secure.
  const { maxAge, secure = true, ...cookie } = options as KoaSessionOptions & Record<string, unknown>;
  checkCookieOptions(
    "koaSession",
    key,
    { ...cookie, secure, ...(maxAge !== "session" && { maxAge }) },
    () => {},
  );
}

function hasKeys({ keys }: Application): boolean {
  return Array.isArray(keys) ? keys.length > 0 && keys.every(Boolean) : Boolean(keys);
}

/**
 * Throws a TypeError that names the field if JSON cannot represent the session. The error of koa-session does not
 * name it.
 */
function assertSerializable(ctx: Context): void {
  const { session } = ctx as { session?: { toJSON?: () => object } | null };
  const data = session?.toJSON?.();
  if (data !== undefined) stringify(data);
}
