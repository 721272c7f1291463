import { describe, expect, it } from "vitest";
import { readSettings } from "../../examples/fastify-login/settings.js";
import { openStore } from "../../examples/fastify-login/store.js";

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

describe("openStore", () => {
  it.each(["memory:", "redis+cluster://h1,h2", "redis://127.0.0.1/0?prefix=app:"])(
    "does not take %s with a client of its own",
    async (storeUrl) => {
      const opened = openStore({ ...readSettings({}), storeUrl, autopipelining: true });
      await expect(opened).rejects.toThrow(TypeError);
      await expect(opened).rejects.toThrow("SESSION_AUTOPIPELINE=1 needs a store like redis://");
    },
  );
});
