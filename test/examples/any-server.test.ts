import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";
import { Device } from "./account/device.js";
import { DemoProcess } from "./demo-process.js";

const SERVERS = ["node-http", "express", "fastify", "koa", "hono", "fetch"] as const;
const commandOf = (server: string) => `npx tsx examples/any-server/${server}.ts`;

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedis()));
afterAll(() => redis.close());

async function start(
  server: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ url: string; demo: DemoProcess }> {
  const demo = new DemoProcess(
    process.execPath,
    ["--import", "tsx", `examples/any-server/${server}.ts`],
    env,
  );
  await waitUntil("it listens", () => demo.stdout.includes("Ctrl-C ends it.\n"));
  return { url: /http:\S+\d/.exec(demo.stdout)![0], demo };
}

describe.each(SERVERS)("%s", (server) => {
  it("is started by the command that its first line and the README name", () => {
    const source = readFileSync(`examples/any-server/${server}.ts`, "utf8");
    expect(source.split("\n")[0]).toContain(commandOf(server));
    expect(readFileSync("examples/any-server/README.md", "utf8")).toContain(`\`${commandOf(server)}\``);
  });

  it.each(["memory", "redis"])("signs in, counts visits and signs out, on %s", async (store) => {
    await redis.command("FLUSHALL");
    const { url, demo } = await start(server, store === "redis" ? { SESSION_STORE: redis.url } : {});
    const device = new Device(url);
    const first = await device.get("/");
    expect([first.status, first.setCookies]).toEqual([200, []]);
    expect(first.headers.get("content-type")).toMatch(/^text\/html; charset=utf-8$/i);
    expect(first.text).toContain("Sign in");
    for (const [name, status] of [
      ["<b>", 400],
      ["x".repeat(5_000), 413],
    ] as const) {
      const refused = await device.post("/sign-in", { name });
      expect([refused.status, refused.setCookies]).toEqual([status, []]);
    }

    const signedIn = await device.post("/sign-in", { name: "ann" });
    expect(signedIn.text).toContain("Hello ann, this is visit 1.");
    expect(signedIn.setCookies[0]).toMatch(
      /^session=[\w-]{32}; Max-Age=1800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const before = device.twin();
    expect((await device.get("/")).text).toContain("Hello ann, this is visit 2.");
    expect((await device.post("/sign-in", { name: "bob" })).text).toContain("Hello bob, this is visit 1.");
    expect((await before.twin().get("/")).text).toContain("Sign in");

    const late = device.twin();
    const signedOut = await device.post("/sign-out");
    expect(signedOut.text).toContain("Sign in");
    expect(signedOut.setCookies[0]).toMatch(/^session=; Max-Age=0; /);
    expect((await late.get("/")).text).toContain("Sign in");
    expect((await device.get("/nowhere")).status).toBe(404);
    if (store === "redis") expect(await redis.command("DBSIZE")).toBe(0);

    demo.signal("SIGTERM");
    expect(await demo.ended).toEqual({ code: 0, signal: null });
    expect(demo.stderr).toBe("");
  });
});

describe("all servers on one Redis", () => {
  it("share their sessions, and answer 503 while Redis is down", { timeout: 60_000 }, async () => {
    const env = { SESSION_STORE: redis.url };
    const servers = await Promise.all(SERVERS.map((server) => start(server, env)));
    const device = new Device(servers[0]!.url);
    await device.post("/sign-in", { name: "ann" });
    const at = ({ url }: { url: string }) => {
      const other = new Device(url);
      for (const [name, value] of device.cookies) other.cookies.set(name, value);
      return other;
    };
    let visit = 1;
    for (const server of servers)
      expect((await at(server).get("/")).text).toContain(`Hello ann, this is visit ${++visit}.`);

    await redis.kill();
    const answers = servers.flatMap((server) => [
      at(server).get("/"),
      at(server).post("/sign-out"),
      new Device(server.url).post("/sign-in", { name: "bob" }),
    ]);
    const unavailable = { status: 503, retryAfter: "1", setCookies: [] };
    expect(
      (await Promise.all(answers)).map(({ status, headers, setCookies }) => {
        return { status, retryAfter: headers.get("retry-after"), setCookies };
      }),
    ).toEqual(answers.map(() => unavailable));
    await redis.restart();
  });
});
