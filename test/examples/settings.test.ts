import { describe, expect, it, onTestFinished } from "vitest";
import { readSettings } from "../../examples/fastify-login/settings.js";
import { openStore } from "../../examples/fastify-login/store.js";
import { startRedis } from "../support/redis-server.js";

const SECRET = "a secret of the tests, 32 characters or more";

describe("readSettings", () => {
  it("needs nothing in development", () => {
    expect(readSettings({})).toEqual({
      production: false,
      host: "127.0.0.1",
      port: 3000,
      storeUrl: "memory:",
      autopipelining: false,
      secret: expect.stringMatching(/^.{32,}$/) as string,
      trustProxy: "loopback",
      logLevel: "warn",
    });
  });

  it("takes another secret at each start in development", () => {
    expect(readSettings({}).secret).not.toBe(readSettings({}).secret);
  });

  it("takes what the environment says", () => {
    const env = {
      NODE_ENV: "production",
      HOST: "0.0.0.0",
      PORT: "0",
      SESSION_STORE: "redis://default:1234@127.0.0.1:6379/0",
      SESSION_AUTOPIPELINE: "1",
      SESSION_SECRET: SECRET,
      TRUST_PROXY: "10.0.0.0/8",
      LOG_LEVEL: "info",
    };
    expect(readSettings(env)).toEqual({
      production: true,
      host: "0.0.0.0",
      port: 0,
      storeUrl: "redis://default:1234@127.0.0.1:6379/0",
      autopipelining: true,
      secret: SECRET,
      trustProxy: "10.0.0.0/8",
      logLevel: "info",
    });
  });

  it.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["false", false],
  ])("takes %s for SESSION_AUTOPIPELINE", (value, autopipelining) => {
    expect(readSettings({ SESSION_AUTOPIPELINE: value }).autopipelining).toBe(autopipelining);
  });

  it.each([
    ["SESSION_AUTOPIPELINE", { SESSION_AUTOPIPELINE: "yes" }],
    ["SESSION_AUTOPIPELINE", { SESSION_AUTOPIPELINE: "" }],
    ["SESSION_SECRET", { NODE_ENV: "production" }],
    ["SESSION_SECRET", { NODE_ENV: "production", SESSION_SECRET: "short" }],
    ["SESSION_SECRET", { SESSION_SECRET: "short" }],
    ["PORT", { PORT: "http" }],
    ["PORT", { PORT: "65536" }],
    ["PORT", { PORT: "" }],
    ["PORT", { PORT: "-1" }],
  ])("names %s when it is not valid: %j", (name, env: NodeJS.ProcessEnv) => {
    expect(() => readSettings(env)).toThrow(TypeError);
    expect(() => readSettings(env)).toThrow(`${name} must be`);
  });
});

describe("openStore with a client of its own", () => {
  const open = (storeUrl: string) => openStore({ ...readSettings({}), storeUrl, autopipelining: true });

  it("has no need of one for a memory store", async () => {
    const { store, close } = open("memory:?maxEntries=1");
    const expiresAt = Date.now() + 60_000;
    for (const id of ["a", "b"]) await store.create(id, { data: {}, expiresAt });
    expect(await store.count()).toBe(1);
    await close();
  });

  it("takes what the URL's query sets, as createStore does", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const { store, close } = open(`${redis.url}/0?prefix=app:&timeoutMs=5000&maxPayloadBytes=20`);
    onTestFinished(close);
    const expiresAt = Date.now() + 60_000;
    await store.create("a", { data: { n: 1 }, expiresAt });
    expect(await redis.client().keys("*")).toEqual(["app:a"]);
    await expect(store.create("b", { data: { text: "x".repeat(20) }, expiresAt })).rejects.toMatchObject({
      code: "ERR_PAYLOAD_TOO_LARGE",
    });
  });

  it.each([
    ["redis+cluster://h1,h2", "SESSION_AUTOPIPELINE needs a store like redis://"],
    ["redis+sentinel://h1/name", "SESSION_AUTOPIPELINE needs a store like redis://"],
    ["mysql://h", "url has an unknown scheme"],
    ["redis://127.0.0.1:1/0?prefx=app:", 'RedisStore has no option "prefx"'],
    ["redis://127.0.0.1:1/0?timeoutMs=soon", "timeoutMs must be an integer of milliseconds"],
  ])("does not take %s", (storeUrl, message) => {
    expect(() => open(storeUrl)).toThrow(TypeError);
    expect(() => open(storeUrl)).toThrow(message);
  });
});
