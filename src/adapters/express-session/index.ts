export type { AdapterOptions } from "../options.js";
export { ExpressStore, expressStore } from "./express-store.js";
export { expressSession } from "./express-session.js";
export type { ExpressSessions } from "./express-session.js";
export type { ExpressSessionOptions } from "./express-session-options.js";
