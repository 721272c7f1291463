export type { AdapterOptions } from "../options.js";
export { KoaStore, koaStore } from "./koa-store.js";
export type { KoaCallOptions, KoaExternalStore } from "./koa-store.js";
export { koaSession } from "./koa-session.js";
export type { KoaSessionOptions, KoaSessions } from "./koa-session.js";
