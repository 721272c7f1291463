import { register } from "node:module";

register("./ioredis5-hooks.mjs", import.meta.url);

// Not a literal: TypeScript knows no such module.
const overIoredis5: string = "../../../src/create-store.js?ioredis5";

/** `createStore` of a server that installed ioredis 5: the stores open their connections with ioredis 5. */
export const { createStore: createStore5 } = (await import(overIoredis5)) as typeof import("sessionary");
