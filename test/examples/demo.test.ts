import { describe, expect, it, onTestFinished } from "vitest";
import { startRedis } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";
import { DemoProcess, hasCurl, paste } from "./demo-process.js";
import { type Body, Visitor } from "./visitor.js";

type Command = readonly [string, ...string[]];
const NPM: Command = ["npm", "run", "--silent", "demo", "--"];
const FASTIFY: Command = [process.execPath, "--import", "tsx", "examples/fastify-login/demo.ts"];
const EXPRESS: Command = [process.execPath, "--import", "tsx", "examples/express-login/demo.ts"];

const run = ([command, ...args]: Command, options: string[] = [], env = {}) =>
  new DemoProcess(command, [...args, ...options], env);

async function serve(...args: Parameters<typeof run>): Promise<{ demo: DemoProcess; url: string }> {
  const demo = run(...args);
  await waitUntil("the demo says how to end it", () => demo.stdout.includes("Ctrl-C ends it.\n"));
  const url = /^Listening at (http:\/\/127\.0\.0\.1:\d+) /.exec(demo.stdout)?.[1];
  return { demo, url: url ?? expect.unreachable(demo.stdout) };
}

describe.each([
  { name: "npm run demo", command: NPM, signal: "SIGINT" as const },
  { name: "fastify-login", command: FASTIFY, signal: "SIGTERM" as const },
  { name: "express-login", command: EXPRESS, signal: "SIGINT" as const },
  { name: "express-login", command: EXPRESS, signal: "SIGTERM" as const },
])("$name", ({ command, signal }) => {
  it(`prints lines that take the article's way when they are pasted, serves the page, ends with ${signal}`, async () => {
    const { demo, url } = await serve(command);
    const [before, login, info, after] = await follow(demo, url);
    expect(Object.keys(before!.session!)).toEqual(["cookie"]);
    expect(login).toEqual({ message: "hi, ada!", sessionId: info!.sessionId });
    expect(info).toMatchObject({ session: { username: "ada", token: "mock-token-ada", authenticate: true } });
    expect(Object.keys(after!.session!)).toEqual(["cookie"]);
    expect(after!.sessionId).not.toBe(info!.sessionId);

    const { headers, text } = await new Visitor(url, { accept: "text/html" }).get("/");
    expect(headers.get("content-type")).toMatch(/^text\/html/);
    expect(text).toContain("Log in");

    demo.signalGroup(signal);
    const { code } = await demo.ended;
    if (command !== NPM) expect(code).toBe(0); // npm ends as its shell does, which is not ours
    await waitUntil("no process is left", () => !demo.isAlive());
    expect(demo.stderr).toBe("");
  });
});

describe("npm run demo", () => {
  it("ends with a SIGTERM to npm alone", async () => {
    const { demo } = await serve(NPM);
    demo.signal("SIGTERM");
    await waitUntil("no process is left", () => !demo.isAlive());
  });

  it.each([{}, { SESSION_AUTOPIPELINE: "1" }])(
    "puts the sessions into the Redis that --store names, and prints no password: %j",
    async (env) => {
      const redis = await startRedis({ args: ["--requirepass", "1234"] });
      onTestFinished(() => redis.close());
      const store = `redis://default:1234@127.0.0.1:${redis.port}/0`;
      const { demo, url } = await serve(NPM, ["--store", store], env);
      expect(demo.stdout).toContain(`redis://default:***@127.0.0.1:${redis.port}/0\n`);
      const client = redis.client({ password: "1234" });
      const visitor = new Visitor(url);
      const { sessionId } = (await visitor.get("/api/auth/login/ada")).body;
      expect(await client.keys("*")).toEqual([`sess:${sessionId}`]);
      expect(await client.pttl(`sess:${sessionId}`)).toBeGreaterThan(3_500_000);
      await visitor.get("/api/auth/logout");
      expect(await client.keys("*")).toEqual([]);
      demo.signalGroup("SIGINT");
      await waitUntil("no process is left", () => !demo.isAlive());
    },
  );
});

it.each(["--help", "-h"])("says how to call it when it is asked: %s", async (option) => {
  const demo = run(EXPRESS, [option]);
  expect(await demo.ended).toEqual({ code: 0, signal: null });
  expect({ stdout: demo.stdout, stderr: demo.stderr }).toEqual({
    stdout:
      "usage: node --import tsx examples/express-login/demo.ts --store memory:|redis://user:password@host:port/db\n",
    stderr: "",
  });
});

describe("what can't work", () => {
  it("says that a Redis does not answer, and how requests fare", async () => {
    const { demo } = await serve(FASTIFY, ["--store", "redis://127.0.0.1:1"]);
    await waitUntil("it says so", () => demo.stderr.includes("get 503"));
    expect(demo.stderr).toMatch(/SessionaryWarning: the session store cannot connect: .+ECONNREFUSED/);
    expect(demo.stderr).toMatch(
      /^the session store is unavailable: .+\. Requests with a session get 503 until it answers\.$/m,
    );
    demo.signal("SIGTERM");
    expect(await demo.ended).toEqual({ code: 0, signal: null });
  });

  it("says what is wrong with an argument or a setting, and how to call it", async () => {
    const cases: [message: string, options: string[], env?: NodeJS.ProcessEnv][] = [
      ["Unknown option '--stroe'", ["--stroe", "memory:"]],
      ["Option '--store <value>' argument missing", ["--store"]],
      ["Unexpected argument 'redis://'", ["redis://"]],
      ["url has an unknown scheme", ["--store", "mysql://"]],
      ["createStore requires a URL", ["--store", ""]],
      ["PORT must be a number from 0 to 65535", [], { PORT: "http" }],
      ["SESSION_SECRET must be set", [], { NODE_ENV: "production" }],
      [
        'RedisStore has no option "prefx"',
        ["--store", "redis://127.0.0.1:1/0?prefx=a"],
        { SESSION_AUTOPIPELINE: "1" },
      ],
    ];
    const demos = cases.map(([message, options, env]) => ({ message, demo: run(FASTIFY, options, env) }));
    for (const { message, demo } of demos) {
      const { code } = await demo.ended;
      expect({ code, stdout: demo.stdout, stderr: demo.stderr.split("\n") }).toEqual({
        code: 1,
        stdout: "",
        stderr: [
          expect.stringContaining(message) as string,
          "usage: npm run demo -- --store memory:|redis://user:password@host:port/db",
          "",
        ],
      });
    }
  });

  it("says that the port is taken", async () => {
    const PORT = new URL((await serve(EXPRESS)).url).port;
    const demos = [FASTIFY, EXPRESS].map((command) => run(command, [], { PORT }));
    for (const demo of demos) {
      expect(await demo.ended).toEqual({ code: 1, signal: null });
      expect(demo.stderr).toMatch(/^PORT is taken already; PORT=0 takes a free one\nusage: .*\n$/);
    }
  });
});

/** Takes the printed lines' way: by curl where there is one, otherwise to the same addresses. */
async function follow(demo: DemoProcess, url: string): Promise<Body[]> {
  const [jar, ...curls] = demo.lines;
  const paths = ["/api/auth/info", "/api/auth/login/ada", "/api/auth/info", "/api/auth/logout"];
  expect(jar).toBe("  jar=$(mktemp)");
  expect(curls.map((line) => line.split(url)[1])).toEqual(paths);
  if (hasCurl) return paste(demo.lines).map((line) => JSON.parse(line) as Body);
  const visitor = new Visitor(url);
  const bodies = [];
  for (const path of paths) bodies.push((await visitor.get(path)).body);
  return bodies;
}
