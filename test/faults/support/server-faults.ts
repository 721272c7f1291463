import { rm } from "node:fs/promises";
import { type RedisServer, type StartRedisOptions, startRedis } from "../../support/redis-server.js";
import { waitUntil } from "../../support/wait-until.js";
import { startMovedLoop } from "./fake-cluster.js";
import type { Place } from "./variants.js";

/** Servers that answer with one kind of error once it has begun. */
export interface ServerFault {
  places: Place[];
  /** Where sessions are set before it begins, and looked at after it; a fake one keeps none. */
  data?: RedisServer;
  /** The deadline of the calls. @default 400 */
  timeoutMs?: number;
  /** Whether clients meet it when they connect. */
  isAtConnect?: boolean;
  begin?: () => Promise<unknown>;
  /** Lets the data be looked at again. */
  end?: () => Promise<unknown>;
  close: () => Promise<unknown>;
}

/** In every password. */
export const PASSWORD = "pASsw0rd";

const nothing = async () => {};

function placeOf({ host, port }: RedisServer, mode: Place["mode"] = "single", auth?: Place["auth"]): Place {
  const scheme = mode === "single" ? "redis" : `redis+${mode}`;
  const credentials = auth ? `${auth.username ?? ""}:${auth.password}@` : "";
  return {
    mode,
    url: `${scheme}://${credentials}${host}:${port}`,
    hosts: [{ host, port }],
    ...(auth && { auth }),
  };
}

/** One server, and what an operator does to it. */
async function on(
  config: StartRedisOptions["config"] & string[],
  steps: {
    begin?: (server: RedisServer) => Promise<unknown>;
    end?: (server: RedisServer) => Promise<unknown>;
    auth?: Place["auth"];
    isAtConnect?: boolean;
  },
): Promise<ServerFault & { data: RedisServer }> {
  const server = await startRedis({ config });
  const { begin, end, auth, isAtConnect = false } = steps;
  return {
    places: [placeOf(server, "single", auth)],
    data: server,
    isAtConnect,
    ...(begin && { begin: () => begin(server) }),
    ...(end && { end: () => end(server) }),
    close: () => server.close(),
  };
}

/** Sets an option for the time of the fault. */
function option(name: string, value: string | number, before: string | number) {
  return {
    begin: (server: RedisServer) => server.command("CONFIG", "SET", name, value),
    end: (server: RedisServer) => server.command("CONFIG", "SET", name, before),
  };
}

async function infoHas(server: RedisServer, text: string): Promise<boolean> {
  return String(await server.command("INFO")).includes(text);
}

async function onReplica(
  config: string[],
  begin: (master: RedisServer) => Promise<unknown>,
): Promise<ServerFault> {
  const master = await startRedis({ config: ["repl-diskless-sync-delay 0"] });
  const replica = await startRedis({ config: [`replicaof ${master.host} ${master.port}`, ...config] });
  return {
    places: [placeOf(replica)],
    data: master,
    begin: async () => {
      await waitUntil("the replica is in step", () => infoHas(replica, "master_link_status:up"));
      await master.command("WAIT", 1, 2_000);
      await begin(master);
    },
    close: () => Promise.all([master.close(), replica.close()]),
  };
}

/** @param rules for a user who may do everything before */
async function onUser(rules: string[]): Promise<ServerFault> {
  const auth = { username: "shop", password: PASSWORD };
  const setUser = (server: RedisServer, ...to: string[]) => server.command("ACL", "SETUSER", "shop", ...to);
  const fault = await on([], {
    auth,
    begin: (server) => setUser(server, ...rules),
    end: (server) => setUser(server, "+@all"),
  });
  await setUser(fault.data, "on", `>${PASSWORD}`, "~*", "+@all");
  return fault;
}

/** Slow enough to be met while it loads. */
const LOADED_KEYS = 20_000;
const ALL_SLOTS = Array.from({ length: 16_384 }, (_, slot) => slot);

export const SERVER_FAULTS: Record<string, () => Promise<ServerFault>> = {
  READONLY: () => onReplica([], nothing),
  MASTERDOWN: () => onReplica(["replica-serve-stale-data no"], (master) => master.kill()),
  LOADING: () =>
    on(["enable-debug-command yes", "loading-process-events-interval-bytes 1024"], {
      begin: async (server) => {
        await server.command("DEBUG", "POPULATE", LOADED_KEYS);
        await server.command("CONFIG", "SET", "key-load-delay", 500);
        server.client({ maxRetriesPerRequest: 0 }).call("DEBUG", "RELOAD").catch(nothing);
        await waitUntil("it loads", () => infoHas(server, "loading:1"));
      },
      end: async (server) => {
        await server.command("CONFIG", "SET", "key-load-delay", 0);
        await waitUntil("it has loaded", async () => (await server.command("PING")) === "PONG");
      },
    }),
  OOM: () => on([], option("maxmemory", 1, 0)),
  NOSCRIPT: () => on([], { begin: (server) => server.command("SCRIPT", "FLUSH") }),
  CLUSTERDOWN: async () => {
    const fault = await on(["cluster-enabled yes", "cluster-announce-ip 127.0.0.1"], {
      begin: async (server) => {
        await server.command("CLUSTER", "DELSLOTS", 0);
        await waitUntil("it is down", async () =>
          String(await server.command("CLUSTER", "INFO")).includes("state:fail"),
        );
      },
      end: (server) => server.command("CLUSTER", "ADDSLOTS", 0),
    });
    await fault.data.command("CLUSTER", "ADDSLOTS", ...ALL_SLOTS);
    await waitUntil("it is up", async () =>
      String(await fault.data.command("CLUSTER", "INFO")).includes("state:ok"),
    );
    return { ...fault, places: [...fault.places, placeOf(fault.data, "cluster")] };
  },
  // ioredis follows sixteen times, and from 6 on each time by a new connection.
  "MOVED loop": async () => ({ ...(await startMovedLoop()), timeoutMs: 2_000 }),
  NOAUTH: () => on([], { isAtConnect: true, begin: option("requirepass", PASSWORD, "").begin }),
  WRONGPASS: () =>
    on([], {
      isAtConnect: true,
      begin: option("requirepass", PASSWORD, "").begin,
      auth: { password: `wrong-${PASSWORD}` },
    }),
  NOPERM: () => onUser(["-@all", "+ping"]),
  "NOPERM on EVAL": () => onUser(["-@scripting"]),
  "NOPERM on GET": () => onUser(["-get"]),
  WRONGTYPE: () => on([], {}),
  BUSY: () =>
    on(["busy-reply-threshold 20"], {
      begin: async (server) => {
        server.client().eval("while true do end", 0).catch(nothing);
        const says = () => server.command("PING").then(String, String);
        await waitUntil("it is busy", async () => (await says()).includes("BUSY"));
      },
      end: async (server) => {
        await server.command("SCRIPT", "KILL");
        await waitUntil("it is free", async () => (await server.command("PING")) === "PONG");
      },
    }),
  MISCONF: () =>
    on(["stop-writes-on-bgsave-error yes"], {
      begin: async (server) => {
        const [, dir = ""] = (await server.command("CONFIG", "GET", "dir")) as string[];
        await rm(dir, { recursive: true });
        await server.command("CONFIG", "SET", "save", "3600 1");
        await server.command("BGSAVE").catch(nothing);
        await waitUntil("it can't save", () => infoHas(server, "last_bgsave_status:err"));
      },
    }),
  NOREPLICAS: () => on([], option("min-replicas-to-write", 1, 0)),
};
