import { createSessions, type Sessions } from "sessionary";
import { compileFunction } from "node:vm";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { TestStore } from "../sessions/stores.js";
import { samplesOf } from "./samples.js";

type Handler = (request: Request) => Promise<Response>;
/** A function of SvelteKit that answers a request. */
type Resolve = (event: { request: Request }) => Promise<Response>;
type AppSessions = Sessions<{ userId?: string }>;

/** Apps made of the samples for frameworks with the Fetch API. POST signs in; GET shows the user. */
const APPS: Record<string, (sessions: AppSessions) => Handler> = {
  SvelteKit: (sessions) => {
    const { handle } = moduleOf("The hook", sessions) as {
      handle: (input: { event: { request: Request }; resolve: Resolve }) => Promise<Response>;
    };
    const { POST } = moduleOf("Routes", sessions) as { POST: Resolve };
    const resolve: Resolve = async (event) =>
      event.request.method === "POST" ? POST(event) : account(sessions, event.request);
    return (request) => handle({ event: { request }, resolve });
  },
  "Next.js": (sessions) => {
    const handlers = moduleOf("Next.js", sessions) as Record<string, Handler>;
    return (request) => handlers[request.method]!(request);
  },
  Astro: (sessions) => {
    const { onRequest } = moduleOf("Astro", sessions) as {
      onRequest: (context: { request: Request }, next: () => Promise<Response>) => Promise<Response>;
    };
    return (request) => onRequest({ request }, () => account(sessions, request));
  },
};

describe.each(Object.entries(APPS))("The recipe for %s", (_, start) => {
  const url = "https://shop.example/";

  /** @returns the answers to a sign-in and to the next request. */
  async function signIn(app: Handler) {
    const answer = await app(new Request(url, { method: "POST" }));
    const [cookie = ""] = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
    return { answer, get: () => app(new Request(url, { headers: { cookie } })) };
  }

  it("keeps a user signed in", async () => {
    const { store } = new TestStore();
    const app = start(createSessions({ store }));
    expect((await app(new Request(url))).status).toBe(401);
    const { answer, get } = await signIn(app);
    expect(answer.status).toBeLessThan(400);
    const page = await get();
    expect([page.status, await page.text()]).toEqual([200, "hello ann\n"]);
  });

  it("answers 503 while the store is unavailable, and sets no cookie", async () => {
    const test = new TestStore();
    const app = start(createSessions({ store: test.store }));
    const { get } = await signIn(app);
    test.fail("get", "create");
    for (const { status, headers } of [await get(), (await signIn(app)).answer]) {
      expect([status, headers.get("retry-after"), headers.getSetCookie()]).toEqual([503, "1", []]);
    }
  });
});

it("Next.js: a server component reads the session, on localhost and behind a proxy", async () => {
  const sessions = createSessions<{ userId?: string }>({ store: new TestStore().store });
  for (const [proto, host] of [
    ["http", "localhost:3000"],
    ["https", "shop.example"],
  ] as const) {
    const { POST } = moduleOf("Next.js", sessions) as Record<string, Handler>;
    const { headers } = await POST!(new Request(`${proto}://${host}/`, { method: "POST" }));
    const [cookie = ""] = headers.getSetCookie().map((line) => line.split(";")[0]);
    const received = new Headers({ cookie, host, "x-forwarded-proto": proto });
    const { currentSession } = moduleOf("Server components", sessions, received) as {
      currentSession: () => ReturnType<AppSessions["open"]>;
    };
    expect((await currentSession()).data).toEqual({ userId: "ann" });
  }
});

/** Answers as the handlers of the documentation do. POST signs in. */
async function account(sessions: AppSessions, request: Request): Promise<Response> {
  const session = await sessions.get(request);
  if (request.method === "POST") {
    await session.regenerate();
    session.data.userId = "ann";
  }
  const { userId } = session.data;
  return userId ? new Response(`hello ${userId}\n`) : new Response("sign in first\n", { status: 401 });
}

/**
 * Runs the sample under a heading, which imports nothing but the sessions and the headers of a request.
 * @returns its exports.
 */
function moduleOf(heading: string, sessions: AppSessions, received = new Headers()): object {
  const { code } = samplesOf("docs/frameworks.md").find((sample) => sample.heading === heading)!;
  const { CommonJS: module } = ts.ModuleKind;
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module, target: ts.ScriptTarget.ES2022 },
  });
  const exports = {};
  const run = compileFunction(outputText, ["exports", "require"]) as (
    exports: object,
    require: object,
  ) => void;
  run(exports, () => ({ sessions, headers: async () => received }));
  return exports;
}
