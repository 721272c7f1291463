import { MemoryStore, createSessions, type Session, type Sessions } from "sessionary";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Client } from "./client.js";
import { FRAMEWORKS, type Data, type Handler, type Server, serve } from "./servers.js";
import { TestStore } from "./stores.js";

const COOKIE = /^session=[\w-]{32}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/;

const count: Handler = async (visit) => {
  const { data } = await visit.session();
  data.visits = ((data.visits as number | undefined) ?? 0) + 1;
  return { text: `${data.visits as number}` };
};
const read: Handler = async (visit) => ({ text: JSON.stringify((await visit.session()).data) });
const signIn: Handler = async (visit) => {
  const session = await visit.session();
  await session.regenerate();
  session.data.user = "ann";
  return { redirect: "/0" };
};
const signOut: Handler = async (visit) => {
  await (await visit.session()).destroy();
  return { text: "bye" };
};

describe.each(FRAMEWORKS)("with %s", (framework) => {
  async function start(): Promise<{ test: TestStore; sessions: Sessions; server: Server; client: Client }> {
    const store = new TestStore();
    const sessions = createSessions({ store: store.store });
    return { test: store, sessions, server: await serve(framework, sessions), client: new Client() };
  }

  test("keeps data from one request to the next", async () => {
    const { server, client } = await start();
    const url = server.url(count);
    const first = await client.get(url);
    expect(first.headers.getSetCookie()).toEqual([expect.stringMatching(COOKIE)]);
    expect(await first.text()).toBe("1");
    expect(await (await client.get(url)).text()).toBe("2");
    expect(await (await client.get(server.url(read))).text()).toBe('{"visits":2}');
  });

  test("makes no store call and sets no cookie for a request without a cookie that changes nothing", async () => {
    const { test, server, client } = await start();
    for (const handler of [read, () => ({ text: "no session" })]) {
      const response = await client.get(server.url(handler));
      expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
    }
    expect(test.calls).toEqual([]);
  });

  test("reads once, and writes nothing, for a request that changes nothing", async () => {
    const { test, server, client } = await start();
    await client.get(server.url(count));
    test.reset();
    const response = await client.get(server.url(read));
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(test.calls).toEqual(["get"]);
  });

  test("extends a session once a request, also if the clock goes on while the response is sent", async () => {
    let now = Date.now();
    const tick = () => (now += 10);
    vi.spyOn(Date, "now").mockImplementation(tick);
    onTestFinished(() => void vi.restoreAllMocks());
    const store = new TestStore(new MemoryStore({ now: tick }));
    const server = await serve(framework, createSessions({ store: store.store, touchAfterMs: 0 }));
    const client = new Client();
    await client.get(server.url(count));
    store.reset();
    await (await client.get(server.url(read))).text();
    expect(store.calls).toEqual(["get", "touch"]);
  });

  test("makes no store call for a request that does not ask for its session", async () => {
    const { test, server, client } = await start();
    await client.get(server.url(count));
    test.reset();
    await client.get(server.url(() => ({ text: "no session" })));
    expect(test.calls).toEqual([]);
  });

  test("loads once for two calls of get, which return the same session", async () => {
    const { test, server, client } = await start();
    await client.get(server.url(count));
    test.reset();
    const seen: Session<Data>[] = [];
    const handler: Handler = async (visit) => {
      seen.push(...(await Promise.all([visit.session(), visit.session()])), await visit.session());
      return {};
    };
    await client.get(server.url(handler));
    expect(test.calls).toEqual(["get"]);
    expect(new Set(seen).size).toBe(1);
  });

  test("gives a new id at sign-in, under which the data stays, and ends the old one", async () => {
    const { server, client } = await start();
    await client.get(server.url(count));
    const before = client.twin();
    const response = await client.get(server.url(signIn));
    expect(response.status).toBe(302);
    expect(client.cookies.get("session")).not.toBe(before.cookies.get("session"));
    expect(await (await client.get(server.url(read))).text()).toBe('{"visits":1,"user":"ann"}');
    expect(await (await before.get(server.url(read))).text()).toBe("{}");
  });

  test("removes the cookie when the handler destroys the session", async () => {
    const { sessions, server, client } = await start();
    await client.get(server.url(count));
    const twin = client.twin();
    const response = await client.get(server.url(signOut));
    expect(response.headers.getSetCookie()).toEqual([
      "session=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; SameSite=Lax",
    ]);
    expect(await sessions.store.count()).toBe(0);
    const late = await twin.get(server.url(read));
    expect([await late.text(), late.headers.getSetCookie()]).toEqual(["{}", []]);
  });

  test("starts a new session with what is set after destroy, and nothing else", async () => {
    const { server, client } = await start();
    await client.get(server.url(count));
    const id = client.cookies.get("session");
    await client.get(
      server.url(async (visit) => {
        const session = await visit.session();
        await session.destroy();
        expect([session.isNew, session.data]).toEqual([true, {}]);
        session.data.message = "bye";
        return {};
      }),
    );
    expect(client.cookies.get("session")).not.toBe(id);
    expect(await (await client.get(server.url(read))).text()).toBe('{"message":"bye"}');
  });

  test("sets no cookie for a session that another request destroyed meanwhile, and stores nothing", async () => {
    const { sessions, server, client } = await start();
    await client.get(server.url(count));
    const slow = await client.twin().get(
      server.url(async (visit) => {
        const session = await visit.session();
        await client.get(server.url(signOut));
        session.data.late = true;
        return {};
      }),
    );
    expect([slow.status, slow.headers.getSetCookie()]).toEqual([200, []]);
    expect(await sessions.store.count()).toBe(0);
  });
});
