export type { AdapterOptions } from "../options.js";
export { createSessionaryStorage } from "./session-storage.js";
export type { SessionaryStorage, SessionaryStorageOptions } from "./session-storage.js";
export type { SessionCookieOption } from "./session-cookie.js";
