import { randomBytes } from "node:crypto";
import fastifyCookie from "@fastify/cookie";
import fastifySession, { type FastifySessionOptions, type SessionStore } from "@fastify/session";
import { RedisStore } from "connect-redis10"; // the name in package.json of connect-redis 10
import type { FastifyInstance } from "fastify";
import { createClient } from "redis";
import { createStore } from "sessionary";
import sessionaryFastifySession from "sessionary/fastify-session";
import { Gate } from "./gate.js";
import { RedisLink } from "./redis-link.js";
import { SESSION_OPTIONS, createShop } from "./shop.js";

/** One of the two shops. Only their stores differ. */
export interface Side {
  name: string;
  url: string;
  gate: Gate;
  redis: RedisLink | undefined;
  close: () => Promise<void>;
}

/** Adds sessions to a shop. @returns what closes the store. */
type AddSessions = (app: FastifyInstance, redisUrl: string | undefined) => Promise<() => unknown>;

const options = { ...SESSION_OPTIONS, secret: randomBytes(32).toString("base64url") };

/** @param redis URL of the Redis server, or undefined for sessions in memory. */
export async function openSides(redis: URL | undefined): Promise<{ ours: Side; theirs: Side }> {
  const ours = await openSide("sessionary", redis, addOurs);
  try {
    const name = redis ? "connect-redis" : "@fastify/session's own store";
    return { ours, theirs: await openSide(name, redis, redis ? addConnectRedis : addOwnStore) };
  } catch (error) {
    await ours.close();
    throw error;
  }
}

async function openSide(name: string, target: URL | undefined, addSessions: AddSessions): Promise<Side> {
  const redis = target && (await RedisLink.open(target));
  const gate = new Gate();
  let closeStore: () => unknown = () => {};
  const app = await createShop(gate, async (app) => {
    closeStore = await addSessions(app, redis?.url);
  });
  const close = async () => {
    gate.open();
    await app.close();
    await closeStore();
    redis?.cut();
  };
  return { name, url: await app.listen({ port: 0, host: "127.0.0.1" }), gate, redis, close };
}

const addOurs: AddSessions = async (app, redisUrl) => {
  const store = createStore(redisUrl === undefined ? "memory:" : `${redisUrl}?prefix=demo:sessionary:`);
  await app.register(sessionaryFastifySession, { ...options, store });
  return () => store.close();
};

const addOwnStore: AddSessions = async (app) => {
  await addTheirs(app, {});
  return () => {};
};

/** Sets connect-redis up as its README does. */
const addConnectRedis: AddSessions = async (app, redisUrl) => {
  const client = createClient({ url: redisUrl! }).on("error", () => {}); // it reconnects
  void client.connect().catch(() => {});
  const store = new RedisStore({ client, prefix: "demo:connect-redis:" });
  await addTheirs(app, { store: store as unknown as SessionStore });
  return () => client.destroy();
};

async function addTheirs(app: FastifyInstance, { store }: Pick<FastifySessionOptions, "store">) {
  await app.register(fastifyCookie);
  await app.register(fastifySession, { ...options, ...(store && { store }) });
}
