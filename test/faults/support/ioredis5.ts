import { register } from "node:module";

register("./ioredis5-hooks.mjs", import.meta.url);

// Not a literal: TypeScript knows no such module.
const overIoredis5: string = "../../../src/redis/index.js?ioredis5";

/** RedisStore as a server has it that installed ioredis 5: the connections that it makes are ioredis 5's. */
export const { RedisStore: RedisStore5 } = (await import(overIoredis5)) as typeof import("sessionary/redis");
