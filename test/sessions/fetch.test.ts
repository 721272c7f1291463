import { createSessions, type Sessions } from "sessionary";
import { expect, test } from "vitest";
import type { Data } from "./servers.js";
import { TestStore } from "./stores.js";

const URL_HERE = "http://localhost:3000/";

const requestWith = (cookie?: string, url = URL_HERE) =>
  new Request(url, { headers: cookie ? { cookie } : {} });
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(";")[0];

function start() {
  const store = new TestStore();
  const sessions: Sessions<Data> = createSessions<Data>({ store: store.store });
  const handle = sessions.handler(async (request) => {
    const { data } = await sessions.get(request);
    data.visits = ((data.visits as number | undefined) ?? 0) + 1;
    return Response.json(data);
  });
  const read = async (cookie?: string) => (await sessions.open(cookie && `__Host-${cookie}`)).data;
  return { store, sessions, handle, read };
}

test("saves the session before the handler's response is returned", async () => {
  const { handle } = start();
  const first = await handle(requestWith());
  expect(first.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^session=[\w-]{32}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
  expect(await (await handle(requestWith(cookieOf(first)))).json()).toEqual({ visits: 2 });
});

test("passes further arguments on to the handler", async () => {
  const { sessions } = start();
  const handle = sessions.handler((_request, context: { id: number }) => Response.json(context.id));
  expect(await (await handle(requestWith(), { id: 7 })).json()).toBe(7);
});

test("returns the same response if no cookie has to be set", async () => {
  const { sessions, store, handle } = start();
  const cookie = cookieOf(await handle(requestWith()));
  store.reset();
  const response = new Response("text");
  const request = requestWith(cookie);
  await sessions.get(request);
  expect(await sessions.commit(request, response)).toBe(response);
  expect(await sessions.commit(requestWith(cookie), response)).toBe(response);
  expect(store.calls).toEqual(["get"]);
});

test("adds the cookie to a redirect, whose headers are immutable, and keeps other cookies", async () => {
  const { sessions } = start();
  for (const make of [
    () => Response.redirect("http://localhost/next", 302),
    () => new Response(null, { headers: { "set-cookie": "a=1" } }),
  ]) {
    const response = make();
    const others = response.headers.getSetCookie();
    const answer = await sessions.handler(async (request) => {
      (await sessions.get(request)).data.n = 1;
      return response;
    })(requestWith());
    expect(answer.status).toBe(response.status);
    expect(answer.headers.get("location")).toBe(response.headers.get("location"));
    expect(answer.headers.getSetCookie()).toEqual([...others, expect.stringMatching(/^session=/)]);
  }
});

test("answers 503 if the session cannot be saved or loaded, and cancels the response", async () => {
  const { store, handle, sessions } = start();
  const cookie = cookieOf(await handle(requestWith()));
  store.fail("update");
  let cancelled = false;
  const body = new ReadableStream({ cancel: () => void (cancelled = true) });
  const streaming = sessions.handler(async (request) => {
    (await sessions.get(request)).data.n = 1;
    return new Response(body);
  });
  const failedSave = await streaming(requestWith(cookie));
  expect([failedSave.status, failedSave.headers.get("retry-after"), cookieOf(failedSave)]).toEqual([
    503,
    "1",
    undefined,
  ]);
  expect(cancelled).toBe(true);
  store.fail("get");
  const failedLoad = await handle(requestWith(cookie));
  expect([failedLoad.status, failedLoad.headers.get("retry-after")]).toEqual([503, "1"]);
});

test("rejects with what the handler throws, and does not save", async () => {
  const { store, sessions } = start();
  const handle = sessions.handler(async (request) => {
    (await sessions.get(request)).data.n = 1;
    throw new Error("failed");
  });
  await expect(handle(requestWith())).rejects.toThrow("failed");
  expect(store.calls).toEqual([]);
});

test("does not save for a response with status 500", async () => {
  const { store, sessions } = start();
  const handle = sessions.handler(async (request) => {
    (await sessions.get(request)).data.n = 1;
    return new Response("failed", { status: 500 });
  });
  expect(cookieOf(await handle(requestWith()))).toBe(undefined);
  expect(store.calls).toEqual([]);
});

test("lets the handler answer by itself if the session cannot be loaded", async () => {
  const { store, sessions, handle } = start();
  const cookie = cookieOf(await handle(requestWith()));
  store.fail("get");
  const degraded = sessions.handler((request) =>
    sessions.get(request).then(
      () => new Response("session"),
      () => new Response("no session"),
    ),
  );
  expect(await (await degraded(requestWith(cookie))).text()).toBe("no session");
});

test("saves a streamed response again at its end, and when the client cancels it", async () => {
  const { sessions, handle } = start();
  const cookie = cookieOf(await handle(requestWith()))!;
  for (const cancels of [false, true]) {
    const streaming = sessions.handler(async (request) => {
      const { data } = await sessions.get(request);
      let step = 0;
      const body = new ReadableStream({
        pull(controller) {
          data.step = `${++step}${cancels}`;
          controller.enqueue(new TextEncoder().encode("chunk"));
          if (step === 3) controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/plain" } });
    });
    const response = await streaming(requestWith(cookie));
    if (cancels) {
      const reader = response.body!.getReader();
      await reader.read();
      await reader.cancel();
    } else expect(await response.text()).toBe("chunkchunkchunk");
    const request = requestWith(cookie);
    const { data } = await sessions.get(request);
    expect(data.step).toMatch(cancels ? /^\dtrue$/ : "3false");
  }
});

test("uses a Secure cookie over https, and for a host that is not a loopback host", async () => {
  const { handle } = start();
  for (const url of ["https://localhost/", "http://example.com/", "https://example.com/"]) {
    expect((await handle(requestWith(undefined, url))).headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-session=.*; Secure; SameSite=Lax$/),
    ]);
  }
  const proxied = new Request(URL_HERE, { headers: { host: "example.com" } });
  expect((await handle(proxied)).headers.getSetCookie()[0]).toMatch(/^__Host-session=/);
});

test("opens a session from a cookie header, and commits it", async () => {
  const { sessions, store } = start();
  const session = await sessions.open(undefined);
  expect(await session.commit()).toBe(undefined);
  expect(store.calls).toEqual([]);
  session.data.n = 1;
  const setCookie = await session.commit();
  expect(setCookie).toMatch(
    /^__Host-session=[\w-]{32}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  expect(await session.commit()).toBe(undefined);
  const again = await sessions.open(`a=b; ${setCookie!.split(";")[0]!}`);
  expect([again.data, again.isNew, again.expiresAt! > Date.now()]).toEqual([{ n: 1 }, false, true]);
  await again.destroy();
  expect(await again.commit()).toMatch(/^__Host-session=; Max-Age=0;/);
  store.fail("get");
  await expect(sessions.open(setCookie!.split(";")[0])).rejects.toMatchObject({ statusCode: 503 });
});

test("ends a new session that is destroyed or regenerated before its first save is done", async () => {
  const { sessions } = start();
  const destroyed = await sessions.open(undefined);
  destroyed.data.n = 1;
  await Promise.all([destroyed.save(), destroyed.destroy()]);
  expect([await sessions.store.count(), await destroyed.commit()]).toEqual([0, undefined]);
  const regenerated = await sessions.open(undefined);
  regenerated.data.n = 2;
  await Promise.all([regenerated.save(), regenerated.regenerate()]);
  const again = await sessions.open((await regenerated.commit())!.split(";")[0]);
  expect([await sessions.store.count(), again.data]).toEqual([1, { n: 2 }]);
});
