import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type SessionaryEvents,
  type StoreUnavailableError,
  createStore,
  onSessionaryEvent,
} from "sessionary";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/free-port.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { startTlsRedis } from "../support/tls-redis.js";
import { waitUntil } from "../support/wait-until.js";
import { seenWarnings } from "../support/warnings.js";

/** Defines the tests of connections that cannot be opened, for the version of ioredis that the store loads. */
export function brokenConnections(): void {
  const TIMEOUT_MS = 5_000;
  const SECRET = "hunter2";

  let plain: RedisServer;
  let locked: RedisServer;
  let encrypted: RedisServer;
  let tlsPort: number;
  let web: ReturnType<typeof createServer>;
  beforeAll(async () => {
    plain = await startRedis();
    locked = await startRedis({ config: ["requirepass right"] });
    ({ server: encrypted, tlsPort } = await startTlsRedis());
    web = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
  });
  afterAll(async () => {
    web.close();
    await Promise.all([plain.close(), locked.close(), encrypted.close()]);
  });

  interface Case {
    url: () => string | Promise<string>;
    code: string;
    reason: string;
    /** Cause and remedy. */
    texts: string[];
    host?: string | undefined;
    port?: () => number | undefined;
  }

  const PERMANENT: Record<string, Case> = {
    "TLS to a plain port": {
      url: () => `rediss://:${SECRET}@127.0.0.1:${plain.port}`,
      code: "ERR_SSL_WRONG_VERSION_NUMBER",
      reason: "connection",
      texts: ["does not use TLS", "use a redis: URL"],
      port: () => plain.port,
    },
    "plain text to a TLS port": {
      url: () => `redis://:${SECRET}@127.0.0.1:${tlsPort}`,
      code: "ECONNRESET",
      reason: "connection",
      texts: ["requires TLS", "use a rediss: URL"],
      port: () => tlsPort,
    },
    "a self-signed certificate": {
      url: () => `rediss://:${SECRET}@127.0.0.1:${tlsPort}`,
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
      reason: "connection",
      texts: ["self-signed", "redisOptions: { tls: { ca } }"],
      port: () => tlsPort,
    },
    "a wrong password": {
      url: () => `redis://:${SECRET}@127.0.0.1:${locked.port}`,
      code: "WRONGPASS",
      reason: "auth",
      texts: ["refused the user name or password", "encodeURIComponent()"],
      port: () => locked.port,
    },
    "a missing password": {
      url: () => locked.url,
      code: "NOAUTH",
      reason: "auth",
      texts: ["requires a password", 'use a URL such as "redis://:password@localhost:6379"'],
      port: () => locked.port,
    },
    "an unknown database": {
      url: () => `${plain.url}/99`,
      code: "ERR",
      reason: "misconfigured",
      texts: ["has no database 99", "use a smaller number"],
      port: () => plain.port,
    },
    "a cluster URL to a single Redis": {
      url: () => `redis+cluster://127.0.0.1:${plain.port}`,
      code: "ERR",
      reason: "misconfigured",
      texts: ["is not a cluster", "use a redis: URL"],
      port: () => plain.port,
    },
    "a Sentinel URL to a single Redis": {
      url: () => `redis+sentinel://127.0.0.1:${plain.port}/group`,
      code: "ERR",
      reason: "misconfigured",
      texts: ["is not a Sentinel", "use a redis: URL"],
      port: () => plain.port,
    },
    "the port of a web server": {
      url: () => `redis://127.0.0.1:${(web.address() as AddressInfo).port}`,
      code: "EPROTO",
      reason: "connection",
      texts: ["does not speak the Redis protocol", "check host and port"],
      port: () => (web.address() as AddressInfo).port,
    },
    "a cluster URL with a wrong password": {
      url: () => `redis+cluster://:${SECRET}@127.0.0.1:${locked.port}`,
      code: "WRONGPASS",
      reason: "auth",
      texts: ["refused the user name or password"],
      host: undefined,
      port: () => undefined,
    },
  };

  let unused: number;
  const TRANSIENT: Record<string, Case> = {
    "a wrong port": {
      url: async () => `redis://127.0.0.1:${(unused = await freePort())}`,
      code: "ECONNREFUSED",
      reason: "connection",
      texts: ["nothing listens at 127.0.0.1", "start Redis, or check host and port"],
      port: () => unused,
    },
    "an unknown host": {
      url: () => "redis://no-such-host.invalid:7000",
      code: "ENOTFOUND",
      reason: "connection",
      texts: ['the host "no-such-host.invalid" does not exist', "check the host name"],
      host: "no-such-host.invalid",
      port: () => 7000,
    },
    "a missing Unix socket": {
      url: () => "unix:///no/such/redis.sock",
      code: "ENOENT",
      reason: "connection",
      texts: ["there is no Unix socket at /no/such/redis.sock", "check the path"],
      host: undefined,
      port: () => undefined,
    },
    "a cluster that is down": {
      url: async () => `redis+cluster://127.0.0.1:${(unused = await freePort())}`,
      code: "ECONNREFUSED",
      reason: "connection",
      texts: ["nothing listens at 127.0.0.1"],
      port: () => unused,
    },
    "Sentinels that are down": {
      url: async () => `redis+sentinel://127.0.0.1:${(unused = await freePort())}/group`,
      code: "ECONNREFUSED",
      reason: "connection",
      texts: ["nothing listens at 127.0.0.1"],
      port: () => unused,
    },
  };

  async function meet({ url, code, reason, texts, port, ...rest }: Case, timeoutMs: number, calls: number) {
    const host = "host" in rest ? rest.host : "127.0.0.1";
    const store = createStore(await url(), { timeoutMs });
    onTestFinished(() => store.close());
    const warnings = seenWarnings();
    const events: SessionaryEvents["connection"][] = [];
    onTestFinished(
      onSessionaryEvent("connection", (event) => {
        if (event.state !== "closed") events.push(event); // stores of earlier tests may still be closing
      }),
    );
    const start = performance.now();
    const errors: StoreUnavailableError[] = [];
    for (let i = 0; i < calls; i++) {
      const error = await store.get("id").then(
        () => undefined,
        (each: StoreUnavailableError) => each,
      );
      errors.push(error!);
    }
    const tookMs = performance.now() - start;
    await waitUntil("a warning is printed", async () => warnings.length > 0);
    const place = {
      code,
      ...(host !== undefined && { host }),
      ...(port?.() !== undefined && { port: port() }),
    };
    for (const error of errors) {
      expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", reason, outcome: "not-applied" });
      expect({ ...error.cause }).toEqual(place);
    }
    expect(events).toMatchObject([{ store: "redis", state: "failed", reason, ...place }]);
    expect(warnings).toHaveLength(1);
    for (const said of [
      ...errors.map(String),
      ...warnings,
      ...events.map((event) => JSON.stringify(event)),
    ]) {
      for (const text of texts) expect(said.replaceAll("\\", "")).toContain(text);
      expect(said).not.toContain(SECRET);
    }
    return tookMs;
  }

  describe.each(Object.entries(PERMANENT))("%s", (_, broken) => {
    it("is named at once, in one warning and in every error", async () => {
      expect(await meet(broken, TIMEOUT_MS, 3)).toBeLessThan(TIMEOUT_MS / 2);
    });
  });

  describe.each(Object.entries(TRANSIENT))("%s", (_, broken) => {
    it("is named in one warning and in every error", async () => {
      await meet(broken, 300, 3);
    });
  });

  it("is named in one warning, however many stores there are", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const warnings = seenWarnings();
    for (const prefix of ["a:", "b:", "c:"]) {
      const store = createStore(url, { timeoutMs: 300, prefix });
      onTestFinished(() => store.close());
      await expect(store.ping()).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    }
    await waitUntil("a warning is printed", async () => warnings.length > 0);
    expect(warnings).toHaveLength(1);
  });

  it("works once the password is right, without a new store", async () => {
    const store = createStore(`redis://:changed@127.0.0.1:${locked.port}`, { timeoutMs: TIMEOUT_MS });
    onTestFinished(() => store.close());
    await expect(store.ping()).rejects.toMatchObject({ reason: "auth" });
    const admin = locked.client({ password: "right" });
    await admin.config("SET", "requirepass", "changed");
    await waitUntil("the store has connected", () => store.ping().then(() => true));
    await admin.config("SET", "requirepass", "right");
  });

  it("works once the database may be selected, without a new store", async () => {
    await plain.command("ACL", "SETUSER", "shop", "on", `>${SECRET}`, "~*", "+@all", "-select");
    const store = createStore(`redis://shop:${SECRET}@127.0.0.1:${plain.port}/3`, { timeoutMs: TIMEOUT_MS });
    onTestFinished(() => store.close());
    const write = store.create("id", { data: {}, expiresAt: Date.now() + 60_000 });
    await expect(write).rejects.toMatchObject({ reason: "permission", cause: { code: "NOPERM" } });
    await plain.command("ACL", "SETUSER", "shop", "+select");
    await waitUntil("the store has selected the database", () => store.ping().then(() => true));
    await store.create("id", { data: {}, expiresAt: Date.now() + 60_000 });
    expect(await plain.client({ db: 3 }).exists("sess:id")).toBe(1);
    expect(await plain.command("DBSIZE")).toBe(0);
  });
}
