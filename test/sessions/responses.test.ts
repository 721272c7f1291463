import { setTimeout as sleep } from "node:timers/promises";
import { createSessions } from "sessionary";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../support/wait-until.js";
import { Client } from "./client.js";
import { FRAMEWORKS, type Handler, serve } from "./servers.js";
import { TestStore } from "./stores.js";

const warnings: Error[] = [];
const onWarning = (warning: Error) => void warnings.push(warning);
beforeAll(() => void process.on("warning", onWarning));
afterAll(() => void process.off("warning", onWarning));

const read: Handler = async (visit) => ({ text: JSON.stringify((await visit.session()).data) });

describe.each(FRAMEWORKS)("with %s", (framework) => {
  async function start() {
    const store = new TestStore();
    const server = await serve(framework, createSessions({ store: store.store }));
    return { store, server, client: new Client() };
  }

  test.each([
    { name: "HEAD", method: "HEAD", reply: { text: "body" }, status: 200 },
    { name: "204", reply: { status: 204 }, status: 204 },
    { name: "304", reply: { status: 304, headers: { etag: '"1"' } }, status: 304 },
    { name: "404", reply: { status: 404, text: "nothing here" }, status: 404 },
    { name: "a redirect for HEAD", method: "HEAD", reply: { redirect: "/elsewhere" }, status: 302 },
  ])("saves the session before $name is sent, with its cookie", async ({ method, reply, status }) => {
    const { store, server, client } = await start();
    const handler: Handler = async (visit) => {
      const { data } = await visit.session();
      data.visits = ((data.visits as number | undefined) ?? 0) + 1;
      return reply;
    };
    const url = server.url(handler);
    for (const visits of [1, 2]) {
      const release = store.hold();
      const answer = client.get(url, { ...(method && { method }) });
      expect(await Promise.race([answer, sleep(30)])).toBe(undefined);
      release();
      const response = await answer;
      expect(response.status).toBe(status);
      expect(response.headers.getSetCookie()).toHaveLength(1);
      await response.text();
      expect(await (await client.get(server.url(read))).text()).toBe(`{"visits":${visits}}`);
    }
    expect(store.calls).toEqual(["create", "get", "get", "update", "get"]);
  });

  test("saves the session of a client that disconnects before its response is sent", async () => {
    const { store, server, client } = await start();
    await client.get(server.url(async (visit) => (((await visit.session()).data.step = 0), { text: "0" })));
    const release = store.hold();
    const { closed } = server;
    const abort = new AbortController();
    const handler: Handler = async (visit) => {
      (await visit.session()).data.step = 1;
      abort.abort();
      return { text: "body" };
    };
    await expect(client.get(server.url(handler), { signal: abort.signal })).rejects.toThrow("aborted");
    await waitUntil("the connection is closed", () => server.closed > closed);
    release();
    await waitUntil("the session is saved", async () => {
      return (await (await client.get(server.url(read))).text()) === '{"step":1}';
    });
    expect(server.errors).toEqual([]);
  });

  test("stores nothing of a client that disconnects before a new session could be saved", async () => {
    const { store, server, client } = await start();
    store.fail("create");
    const abort = new AbortController();
    const handler: Handler = async (visit) => {
      (await visit.session()).data.step = 1;
      abort.abort();
      return { text: "body" };
    };
    await expect(client.get(server.url(handler), { signal: abort.signal })).rejects.toThrow("aborted");
    await waitUntil("the server tried to save", () => store.calls.includes("create"));
    await waitUntil("the connection is closed", () => server.closed > 0);
    expect(await store.store.count()).toBe(0);
    expect((await client.get(server.url(read))).status).toBe(200);
  });

  test("saves what a stream changed whose client disconnects before its end, and ends the stream", async () => {
    const { server, client } = await start();
    await client.get(server.url(async (visit) => (((await visit.session()).data.step = 0), { text: "0" })));
    let hasEnded = false;
    const abort = new AbortController();
    const handler: Handler = async (visit) => {
      const { data } = await visit.session();
      data.step = 1;
      return {
        stream: (async function* () {
          try {
            for (;;) {
              yield "chunk";
              data.step = 2;
              await sleep(5);
            }
          } finally {
            hasEnded = true;
          }
        })(),
      };
    };
    const response = await client.get(server.url(handler), { signal: abort.signal });
    const reader = response.body!.getReader();
    await reader.read();
    abort.abort();
    await reader.read().catch(() => {});
    await waitUntil("the session is saved again", async () => {
      return (await (await client.get(server.url(read))).text()) === '{"step":2}';
    });
    await waitUntil("the source of the stream ends", () => hasEnded);
  });
});

test("prints no warning, with HTTP/2 neither", () => {
  expect(warnings).toEqual([]);
});
