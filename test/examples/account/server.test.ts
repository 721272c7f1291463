import { expect, it, onTestFinished } from "vitest";
import { startRedis } from "../../support/redis-server.js";
import { waitUntil } from "../../support/wait-until.js";
import { DemoProcess } from "../demo-process.js";
import { Device } from "./device.js";

const run = (env: NodeJS.ProcessEnv = {}) =>
  new DemoProcess(process.execPath, ["--import", "tsx", "examples/account/server.ts"], env);

it("says where it listens and what is random, signs a demo user in, and ends with SIGTERM", async () => {
  const server = run();
  await waitUntil("it has said all", () => server.stdout.includes("the password "));
  const [, url] = /^Listening at (\S+) with sessions in memory\. Ctrl-C ends it\.$/m.exec(server.stdout)!;
  expect(server.stdout).toContain("Not set, so random until this process ends: SESSION_KEYS, DEMO_PASSWORD.");
  const [, password] = /^Sign in as ada or grace with the password (\S{16})$/m.exec(server.stdout)!;
  expect((await new Device(url!).signIn("grace", password!)).path).toBe("/");
  server.signal("SIGTERM");
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expect(server.stderr).toBe("");
});

it("keeps a Redis's password, and what it was told, to itself", async () => {
  const redis = await startRedis({ args: ["--requirepass", "1234"] });
  onTestFinished(() => redis.close());
  const secrets = {
    SESSION_KEYS: `2026:${Buffer.alloc(32).toString("base64")}`,
    DEMO_PASSWORD: "a password of the tests",
  };
  const server = run({ ...secrets, SESSION_STORE: `redis://default:1234@127.0.0.1:${redis.port}/0` });
  await waitUntil("it listens", () => server.stdout.includes("Ctrl-C"));
  const url = /http:\S+/.exec(server.stdout)![0];
  expect(server.stdout).toBe(`Listening at ${url} with sessions in redis. Ctrl-C ends it.\n`);
  expect((await new Device(url).signIn("ada", secrets.DEMO_PASSWORD)).path).toBe("/");
  server.signal("SIGINT");
  expect(await server.ended).toEqual({ code: 0, signal: null });
});

it("says what is wrong with a setting, and ends", async () => {
  const server = run({ NODE_ENV: "production" });
  expect((await server.ended).code).toBe(1);
  expect({ stdout: server.stdout, stderr: server.stderr }).toEqual({
    stdout: "",
    stderr: "SESSION_KEYS must be set in production\n",
  });
});
