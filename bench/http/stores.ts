import fastifyCookie from "@fastify/cookie";
import fastifySession, { type SessionStore } from "@fastify/session";
import { RedisStore as ConnectRedis8 } from "connect-redis8";
import { RedisStore as ConnectRedis10 } from "connect-redis10";
import type session from "express-session";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { ours } from "../ours.js";
import type { AddSessions } from "./fastify-app.js";

/** `bare`: no sessions at all, to see how much of a request is the framework's. */
export const HTTP_PEERS = [
  "sessionary",
  "sessionary-other",
  "connect-redis10",
  "connect-redis8",
  "bare",
] as const;
export type HttpPeerName = (typeof HTTP_PEERS)[number];

export interface StoreOptions {
  peer: HttpPeerName;
  redisUrl: string;
  /** For `sessionary-other`. */
  otherBuild?: string;
}

/** For express-session; `undefined` for no sessions at all. */
export async function expressPeer({
  peer,
  redisUrl,
  otherBuild,
}: StoreOptions): Promise<session.Store | undefined> {
  if (!isOurs(peer)) return connectRedis(peer, redisUrl);
  const build = peer === "sessionary" ? undefined : otherBuild;
  const { RedisStore } = await ours("redis", build);
  const { expressStore } = await ours("express", build);
  return expressStore(new RedisStore({ url: redisUrl }));
}

/** For Fastify; `undefined` for no sessions at all. */
export async function fastifyPeer({
  peer,
  redisUrl,
  otherBuild,
}: StoreOptions): Promise<AddSessions | undefined> {
  if (isOurs(peer)) {
    const build = peer === "sessionary" ? undefined : otherBuild;
    const { RedisStore } = await ours("redis", build);
    const { default: sessionaryFastify } = await ours("fastify", build);
    const store = new RedisStore({ url: redisUrl });
    return async (app, options) => void (await app.register(sessionaryFastify, { ...options, store }));
  }
  const store = await connectRedis(peer, redisUrl);
  if (store === undefined) return undefined;
  return async (app, options) => {
    await app.register(fastifyCookie);
    await app.register(fastifySession, { ...options, store: store as SessionStore });
  };
}

type Ours = "sessionary" | "sessionary-other";
const isOurs = (peer: HttpPeerName): peer is Ours => peer.startsWith("sessionary");

async function connectRedis(
  peer: Exclude<HttpPeerName, Ours>,
  url: string,
): Promise<session.Store | undefined> {
  if (peer === "connect-redis10")
    return new ConnectRedis10({ client: await createClient({ url }).connect() });
  if (peer === "connect-redis8") return new ConnectRedis8({ client: new Redis(url) });
  return undefined;
}
