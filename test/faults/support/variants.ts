import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import { type RedisClient, RedisStore, type RedisStoreOptions } from "sessionary/redis";
import { countingAs } from "./attempts.js";
import { RedisStore5 } from "./ioredis5.js";
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
  store: RedisStore;
  close: () => Promise<void>;
}

type Options = Omit<RedisStoreOptions, "url" | "client">;

/** Opens stores over connections of their own, and over clients of each library with its defaults. */
export function open(place: Place, options: Options): Subject[] {
  return [...openOwned(place, options), ...openHanded(place, options)];
}

export function openOwned({ mode, url }: Place, options: Options): Subject[] {
  return [
    { version: 6, Store: RedisStore },
    { version: 5, Store: RedisStore5 },
  ].map(({ version, Store }) => {
    const variant = `${mode}, own, ioredis ${version}`;
    const store = countingAs(variant, () => new Store({ ...options, url }));
    return { variant, mode, owned: true, store, close: () => store.close() };
  });
}

export function openHanded(place: Place, options: Options): Subject[] {
  const handed: [library: string, connect: () => RedisClient][] = [
    ["ioredis 6", () => client6(place)],
    ["ioredis 5", () => client5(place)],
    ["node-redis 6", () => nodeRedis6(place)],
  ];
  if (place.mode === "single") handed.push(["node-redis 5", () => nodeRedis5(place)]);
  const { mode } = place;
  return handed.map(([library, connect]) => {
    const variant = `${mode}, handed in, ${library}`;
    const client = countingAs(variant, connect);
    const store = new RedisStore({ ...options, client });
    const close = async () => {
      await end(client); // first: once the store has gone, nobody listens to the client's errors
      await store.close();
    };
    return { variant, mode, owned: false, store, close };
  });
}

/** With ioredis's defaults: the offline queue, resending and retries are on. */
function client6({ mode, hosts, name = "", auth }: Place) {
  if (mode === "cluster") return new Cluster(hosts);
  return mode === "sentinel" ? new Redis({ sentinels: hosts, name }) : new Redis({ ...hosts[0], ...auth });
}

function client5({ mode, hosts, name = "", auth }: Place) {
  if (mode === "cluster") return new Cluster5(hosts);
  return mode === "sentinel" ? new Redis5({ sentinels: hosts, name }) : new Redis5({ ...hosts[0], ...auth });
}
