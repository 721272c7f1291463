import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { compileErrors } from "./compile.js";
import { type Sample, samplesOf } from "./samples.js";

const EXAMPLES = readdirSync("examples").map((name) => `examples/${name}/README.md`);

/** What the reader of a page has around the samples under a heading. */
const AROUND: Record<string, string> = {
  "README.md, Options": `
    import fastify from "fastify";
    import fastifySession from "@fastify/session";
    import { type SessionStore } from "sessionary";
    import { fastifyStore } from "sessionary/fastify-session";
    declare const store: SessionStore;
    declare const secret: string;
    const app = fastify();`,
  "README.md, A user's sessions": `
    import type { Request } from "express";
    import { createStore } from "sessionary";
    declare const url: string;
    declare const handle: string;
    declare const req: Request;`,
  "README.md, A store of your own": `
    import { MemoryStore as MyStore } from "sessionary";`,
  "README.md, Moving from connect-redis": `
    import type { Redis } from "ioredis";
    declare const client: Redis;`,
  "examples/fastify-login/README.md, Autopipelining": `
    import { Redis } from "ioredis";
    import { RedisStore } from "sessionary/redis";
    declare const address: string;`,
  "examples/account/README.md, What the store does": `
    import type { FastifyRequest } from "fastify";
    import { type EncryptionKey, createStore, encrypted } from "sessionary";
    import type { AccountStore } from "../../examples/account/store.js";
    declare const url: string;
    declare const keys: EncryptionKey[];
    declare const userId: string;
    declare const handle: string;
    declare const request: FastifyRequest;`,
};

/** What a server has set, and says of its sessions. */
const AMBIENT = `
  import "express-session";
  import "fastify";
  declare global {
    namespace NodeJS {
      interface ProcessEnv {
        SESSION_SECRET: string;
      }
    }
  }
  declare module "express-session" {
    interface SessionData {
      visits: number;
    }
  }
  declare module "fastify" {
    interface Session {
      visits?: number;
    }
  }`;

it("has samples that a strict consumer compiles", { timeout: 120_000 }, () => {
  const samples = ["README.md", ...EXAMPLES].flatMap(samplesOf);
  expect(samples.length).toBeGreaterThan(9);
  const errors = compileErrors({
    "ambient.d.ts": AMBIENT,
    "wrong.ts": 'import { createStore } from "sessionary";\nawait createStore({ url: 5 });',
    "wrong.cjs": 'const { createStore } = require("sessionary");\nvoid createStore({ url: 5 });',
    ...asModules(samples),
  });
  const wrong = errors.filter((each) => each.startsWith("wrong."));
  expect(wrong.map((each) => each.split(":")[0]).sort()).toEqual(["wrong.cjs", "wrong.ts"]);
  expect(errors.filter((each) => !wrong.includes(each))).toEqual([]);
});

/**
 * A module for the samples under each heading, in which the later ones use what the earlier ones name. What is
 * in JavaScript has to hold as strict TypeScript too, unless it uses `require`.
 */
function asModules(samples: Sample[]): Record<string, string> {
  const texts = new Map<string, string>();
  for (const { where, code } of samples)
    texts.set(where, `${texts.get(where) ?? AROUND[where] ?? ""}\n${code}`);
  const nameOf = (where: string, text: string) =>
    where.replace(/\W+/g, "-") + (text.includes("require(") ? ".cjs" : ".ts");
  return Object.fromEntries([...texts].map(([where, text]) => [nameOf(where, text), text]));
}
