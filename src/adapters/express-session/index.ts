import { knownOptions } from "../../internal/validation.js";
import type { SessionStore } from "../../store.js";
import { CookieSessions } from "../cookie-sessions.js";
import { ADAPTER_OPTIONS, type AdapterOptions } from "../options.js";
import { ExpressStore } from "./express-store.js";

export type { AdapterOptions } from "../options.js";
export { ExpressStore } from "./express-store.js";

/**
 * Returns a store for express-session's `store` option, over any `SessionStore`. It is cheap: make one for each
 * `session()` call, over one shared store, since express-session keeps state on it.
 * @throws TypeError that names the invalid option and the accepted values.
 */
export function expressStore(store: SessionStore<object>, options: AdapterOptions = {}): ExpressStore {
  knownOptions("expressStore", options, ADAPTER_OPTIONS);
  return new ExpressStore(new CookieSessions("expressStore", store, options));
}
