/** Declarations that the samples of a page, or under a heading of a page, use and do not show. */
const CONTEXTS: Record<string, string> = {
  "docs/options.md, @fastify/session without the plugin": `
    import fastify from "fastify";
    import fastifyCookie from "@fastify/cookie";
    import fastifySession from "@fastify/session";
    import { type SessionStore } from "sessionary";
    import { fastifyStore } from "sessionary/fastify-session";
    declare const store: SessionStore;
    declare const secret: string;
    const app = fastify();`,
  "docs/getting-started.md, createSessions with Express": `
    import express from "express";
    import { createSessions } from "sessionary";
    const app = express();
    const sessions = createSessions({ store: "memory:" });`,
  "docs/getting-started.md, createSessions with Fastify": `
    import fastify from "fastify";
    import { createSessions } from "sessionary";
    const app = fastify();
    const sessions = createSessions({ store: "memory:" });`,
  "docs/getting-started.md, Shutdown": `
    import express from "express";
    import { createSessions } from "sessionary";
    const app = express();
    const sessions = createSessions({ store: "memory:" });`,
  "docs/getting-started.md, createSessions anywhere else": `
    import type { IncomingMessage } from "node:http";
    import { createSessions } from "sessionary";
    declare const request: IncomingMessage;
    const sessions = createSessions({ store: "memory:" });`,
  "docs/migrating.md, From a session package to createSessions": `
    import { createSessions } from "sessionary";
    interface AppSession { userId?: string }
    declare const secret: string;`,
  "docs/migrating.md, From connect-redis": `
    import type { Redis } from "ioredis";
    declare const client: Redis;`,
  "docs/migrating.md, From express-session's own store": `
    import express from "express";
    import session from "express-session";
    declare const secret: string;
    const app = express();`,
  "docs/migrating.md, From @fastify/session's own store": `
    import fastify from "fastify";
    declare const secret: string;
    const app = fastify();`,
  "docs/production.md, Shutdown": `
    import fastify from "fastify";
    import { type SessionStore } from "sessionary";
    declare const store: SessionStore;
    const app = fastify();`,
  "docs/redis.md": `
    import type { Redis } from "ioredis";
    import { createStore } from "sessionary";
    declare const client: Redis;`,
  "docs/security.md": `
    import { createStore, encrypted } from "sessionary";
    declare const url: string;
    declare const key: Buffer;`,
  "docs/testing.md, Outages": `
    import { createStore } from "sessionary";`,
  "docs/users.md, After a password change": `
    import type { Request } from "express";
    import { type UserSessionStore } from "sessionary";
    declare const store: UserSessionStore;
    declare const userId: string;
    declare const req: Request;`,
  "docs/writing-a-store.md, Errors": `
    import { StoreUnavailableError } from "sessionary";`,
  "docs/writing-a-store.md, With an asynchronous database": `
    import { StoreClosedError, assertExpiresAt, isSessionId, jsonCodec } from "sessionary";
    import type { SessionEntry, UpdateOptions } from "sessionary";
    declare const isClosed: boolean;
    declare const database: {
      update(id: string, text: string, expiresAt: number, ifVersion?: string): Promise<string | undefined>;
    };`,
  "docs/writing-a-store.md, Sessions of a user": `
    import type { SessionStore } from "sessionary";
    declare const customStore: () => SessionStore;`,
  "docs/writing-a-store.md, A URL scheme for your store": `
    import { type SessionStore, createStore } from "sessionary";
    declare const customStore: () => SessionStore;`,
  "docs/writing-an-adapter.md, The calls of the tracker": `
    import type { SessionFormat } from "sessionary/tracker";`,
  "docs/writing-an-adapter.md, Guarantees that a framework rules out": `
    import { MemoryStore } from "sessionary";
    import { type AdapterUnderTest } from "sessionary/conformance";
    declare const start: AdapterUnderTest["start"];`,
  "examples/fastify-login/README.md, Autopipelining": `
    import { Redis } from "ioredis";
    import { RedisStore } from "sessionary/redis";
    declare const address: string;`,
  "examples/account/README.md, The sessions": `
    import type { FastifyRequest } from "fastify";
    import { type EncryptionKey, createSessions, encrypted } from "sessionary";
    import type { SessionFields } from "../../../examples/account/sessions.js";
    declare const url: string;
    declare const keys: EncryptionKey[];
    declare const userId: string;
    declare const handle: string;
    declare const request: FastifyRequest;`,
};

/** Returns the declarations for the samples under a heading. */
export function contextOf(page: string, heading: string): string {
  return CONTEXTS[`${page}, ${heading}`] ?? CONTEXTS[page] ?? "";
}

/** Modules of frameworks, and of an app, that the samples import; only what the samples use. */
export const MODULES = `
  declare module "@sveltejs/kit" {
    interface RequestEvent { request: Request }
    export type RequestHandler = (event: RequestEvent) => Response | Promise<Response>;
    export type Handle = (input: {
      event: RequestEvent;
      resolve: (event: RequestEvent) => Response | Promise<Response>;
    }) => Response | Promise<Response>;
  }
  declare module "astro" {
    export type MiddlewareHandler = (
      context: { request: Request },
      next: () => Promise<Response>,
    ) => Promise<Response>;
  }
  declare module "next/headers" {
    export function headers(): Promise<Headers>;
  }
  declare module "#lib/server/sessions" {
    export const sessions: import("sessionary").Sessions<{ userId?: string }>;
  }
  declare module "@/lib/sessions" {
    export { sessions } from "#lib/server/sessions";
  }`;
