import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import { RedisStore, type RedisStoreOptions } from "sessionary/redis";
import { countingAs } from "./attempts.js";
import { RedisStore5 } from "./ioredis5.js";

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
  /** Whether the connection is the store's own, with its settings, or a client with ioredis's defaults. */
  owned: boolean;
  store: RedisStore;
  close: () => Promise<void>;
}

type Options = Omit<RedisStoreOptions, "url" | "client">;

/** Stores over connections of their own, and over clients handed in as ioredis makes them, 6 and 5. */
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
  const { mode } = place;
  return [
    { version: 6, connect: () => client6(place) },
    { version: 5, connect: () => client5(place) },
  ].map(({ version, connect }) => {
    const variant = `${mode}, handed in, ioredis ${version}`;
    const client = countingAs<ReturnType<typeof client6 | typeof client5>>(variant, connect);
    const store = new RedisStore({ ...options, client });
    const close = async () => {
      client.disconnect(); // first: once the store has gone, nobody listens to the client's errors
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
