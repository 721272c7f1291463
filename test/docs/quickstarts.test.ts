import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { freePort } from "../support/free-port.js";
import { MarkdownPage } from "../support/markdown.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { BuiltPackage } from "./built.js";
import { GUIDES, type Program, isServer, programsOf } from "./samples.js";
import { Project } from "./project.js";
import { VISIT, signedIn, startServer, visit } from "./visit.js";

let built: BuiltPackage;
let redis: RedisServer;
beforeAll(async () => {
  built = new BuiltPackage();
  redis = await startRedis();
}, 120_000);
afterAll(async () => {
  await redis.close();
  built.remove();
});

const programs = GUIDES.flatMap(programsOf).filter(({ file }) => !file.endsWith(".d.ts"));
const servers = programs.filter(isServer);
const inReadme = servers.filter(({ page }) => page === "README.md");
const titled = (some: Program[]) =>
  some.map((each) => [`${each.page}, ${each.heading}: ${each.file}`, each] as const);

/** Creates a folder with a program, the other files under its heading, and the packages that it says to install. */
function open(test: TestContext, { page, heading, packages }: Program, more: string[] = []): Project {
  const project = new Project(built.modules, [...packages, ...more]);
  test.onTestFinished(() => project.close());
  for (const each of programs) {
    if (each.page === page && each.heading === heading) project.write(each.file, each.code);
  }
  return project;
}

// Most of the time, these tests wait for processes.
it.concurrent.for(titled(servers))(
  "%s signs in, protects a route and signs out",
  async ([, program], test) => {
    const url = await startServer(open(test, program), program, await freePort());
    expect(await visit(url)).toEqual(VISIT);
  },
);

it.concurrent.for(titled(inReadme))(
  "%s does so with Redis, once ioredis is installed",
  async ([, program], test) => {
    const env = { SESSION_STORE: redis.url };
    const url = await startServer(open(test, program, ["ioredis"]), program, await freePort(), env);
    expect(await visit(url)).toEqual(VISIT);
  },
);

/** Without the preset, express-session sends the response before it saves the session. */
const savesLate = ({ heading }: Program) => heading === "express-session without the preset";
const GET_STARTED = ["README.md", "docs/getting-started.md", "docs/frameworks.md"];
const getStarted = servers.filter(({ page }) => GET_STARTED.includes(page));

it.concurrent.for(titled(getStarted))(
  "%s answers 503 while Redis is down, and sets no cookie",
  async ([, program], test) => {
    const store = await startRedis();
    test.onTestFinished(() => store.close());
    const project = open(test, program, ["ioredis"]);
    const url = await startServer(project, program, await freePort(), { SESSION_STORE: store.url });
    const { cookie } = await signedIn(url);
    await store.kill();
    const answers = [await fetch(url, { headers: { cookie } }), (await signedIn(url)).signIn];
    if (savesLate(program)) answers.pop();
    for (const { status, headers } of answers) {
      expect([status, headers.get("retry-after"), headers.getSetCookie()]).toEqual([503, "1", []]);
    }
  },
);

it.concurrent.for(titled(programs.filter((each) => !isServer(each))))(
  "%s runs",
  async ([, program], test) => {
    const isTest = /\.test\.[jt]s$/.test(program.file);
    const project = open(test, program);
    const file = project.write(program.file, program.code);
    const env = program.packages.includes("ioredis") ? { SESSION_STORE: redis.url } : {};
    const running = project.start(isTest ? ["--test", file] : [file], env);
    if ((await running.ended) !== 0) throw new Error(running.output);
  },
);

it("docs/frameworks.md, NestJS: closes the store with the app", async (test) => {
  const main = servers.find(({ file }) => file === "main.ts")!;
  const project = open(test, main, ["ioredis"]);
  const close = "await app.init();\nawait sessions.store.count();\nawait app.close()";
  const code = main.code.replace("await app.listen(3000)", close);
  const running = project.start([project.write(main.file, code)], { SESSION_STORE: redis.url });
  // A connection to Redis would keep the process alive.
  expect([await running.ended, running.output]).toEqual([0, expect.stringContaining("AppModule")]);
});

describe("README.md", () => {
  it("shows a server for each way to use the package", () => {
    expect(inReadme.map(({ heading }) => heading)).toEqual([
      "Quick start: any server",
      "Quick start: express-session",
      "Quick start: @fastify/session",
    ]);
  });

  it("sets up an empty folder as an ES module", () => {
    const [setUp = ""] = new MarkdownPage("README.md").samples();
    const empty = mkdtempSync(join(tmpdir(), "sessionary-empty-"));
    onTestFinished(() => rmSync(empty, { recursive: true }));
    execFileSync("sh", ["-euc", setUp], { cwd: empty, stdio: "pipe" });
    expect(execFileSync("npm", ["pkg", "get", "type"], { cwd: empty, encoding: "utf8" })).toBe('"module"\n');
  });

  it("has at most 1,200 words outside of code", () => {
    const prose = new MarkdownPage("README.md").text.replaceAll(/^```.*?^```$/gms, "");
    expect(prose.split(/\s+/).filter((word) => /\w/.test(word)).length).toBeLessThanOrEqual(1_200);
  });
});

it("shows the custom store of the examples", () => {
  const shown = programsOf("docs/writing-a-store.md").find(({ file }) => file === "custom-store.ts")!;
  expect(shown.code).toBe(
    `// custom-store.ts\n${readFileSync("examples/custom-store/custom-store.ts", "utf8")}`.trim(),
  );
});

it("shows an adapter in fewer than 80 lines", () => {
  const shown = programsOf("docs/writing-an-adapter.md");
  const adapter = ["cookie.ts", "session.ts", "sessions.ts"];
  const lines = adapter.flatMap((file) =>
    shown
      .find((each) => each.file === file)!
      .code.split("\n")
      .slice(1),
  );
  expect(lines.length).toBeLessThan(80);
});
