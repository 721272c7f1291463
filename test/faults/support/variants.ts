import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import { type StoreOptions, type UserSessionStore, createStore } from "sessionary";
import type { RedisClient } from "sessionary/redis";
import { countingAs } from "./attempts.js";
import { createStore5 } from "./ioredis5.js";
import { end, nodeRedis5, nodeRedis6 } from "./node-redis-clients.js";

export type Mode = "single" | "sentinel" | "cluster";

/** Where the servers of one mode are. */
export interface Place {
  mode: Mode;
  url: string;
  hosts: { host: string; port: number }[];
  /** The Sentinel group's. */
  name?: string;
  auth?: { username?: string; password: string };
}

/** A store under test, and how to end it. */
export interface Subject {
  variant: string;
  mode: Mode;
  /** True if the connection is the store's own, with its settings; else it is a client with its library's defaults. */
  owned: boolean;
  store: UserSessionStore;
  close: () => Promise<void>;
}

/** Opens stores over connections of their own, and over clients of each library with its defaults. */
export function open(place: Place, options: StoreOptions): Subject[] {
  return [...openOwned(place, options), ...openHanded(place, options)];
}

export function openOwned(place: Place, options: StoreOptions): Subject[] {
  return [own(place, options, "ioredis 6", createStore), own(place, options, "ioredis 5", createStore5)];
}

export function openHanded(place: Place, options: StoreOptions): Subject[] {
  const handed: [library: string, connect: () => RedisClient][] = [
    ["ioredis 6", () => client6(place)],
    ["ioredis 5", () => client5(place)],
    ["node-redis 6", () => nodeRedis6(place)],
  ];
  if (place.mode === "single") handed.push(["node-redis 5", () => nodeRedis5(place)]);
  return handed.map(([library, connect]) => handedIn(place, options, library, connect));
}

/** Opens a store for a case about data, which runs over each of these connections. */
export const CONNECTIONS = {
  "a connection of its own": (place, options) => own(place, options, "ioredis 6", createStore),
  "a client of node-redis": (place, options) =>
    handedIn(place, options, "node-redis 6", () => nodeRedis6(place)),
} satisfies Record<string, (place: Place, options: StoreOptions) => Subject>;

function own(
  { mode, url }: Place,
  options: StoreOptions,
  library: string,
  create: typeof createStore,
): Subject {
  const variant = `${mode}, own, ${library}`;
  const store = countingAs(variant, () => create({ ...options, url }));
  return { variant, mode, owned: true, store, close: () => store.close() };
}

function handedIn(
  { mode }: Place,
  options: StoreOptions,
  library: string,
  connect: () => RedisClient,
): Subject {
  const variant = `${mode}, handed in, ${library}`;
  const client = countingAs(variant, connect);
  const store = createStore({ ...options, client });
  const close = async () => {
    await end(client); // first: once the store has gone, nobody listens to the client's errors
    await store.close();
  };
  return { variant, mode, owned: false, store, close };
}

/** Opens a client with ioredis's defaults: the offline queue, resending and retries are on. */
export function client6({ mode, hosts, name = "", auth }: Place, keyPrefix = ""): RedisClient {
  if (mode === "cluster") return new Cluster(hosts, { keyPrefix });
  if (mode === "sentinel") return new Redis({ sentinels: hosts, name, keyPrefix });
  return new Redis({ ...hosts[0], ...auth, keyPrefix });
}

function client5({ mode, hosts, name = "", auth }: Place) {
  if (mode === "cluster") return new Cluster5(hosts);
  return mode === "sentinel" ? new Redis5({ sentinels: hosts, name }) : new Redis5({ ...hosts[0], ...auth });
}
