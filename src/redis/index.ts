export { RedisStore } from "./redis-store.js";
export type { RedisStoreOptions } from "./options.js";
export type { RedisClient } from "./clients/driver-of.js";
