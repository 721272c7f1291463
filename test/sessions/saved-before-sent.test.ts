import { setTimeout as sleep } from "node:timers/promises";
import { type Session, createSessions, onSessionaryEvent } from "sessionary";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client } from "./client.js";
import { type Data, FRAMEWORKS, type Handler, answersItself, serve } from "./servers.js";
import { TestStore } from "./stores.js";

const write: Handler = async (visit) => {
  const { data } = await visit.session();
  data.visits = ((data.visits as number | undefined) ?? 0) + 1;
  return { text: "written" };
};
const read: Handler = async (visit) => ({ text: JSON.stringify((await visit.session()).data) });

/** Handler that streams, and calls a function after the headers were sent. */
function streaming(afterHeaders: (session: Session<Data>) => unknown): Handler {
  return async (visit) => {
    const session = await visit.session();
    return {
      stream: (async function* () {
        yield "one";
        await sleep(20);
        await afterHeaders(session);
        yield "two";
      })(),
    };
  };
}

/** Collects the events of failed writes. */
function failedWrites(): string[] {
  const codes: string[] = [];
  onTestFinished(onSessionaryEvent("write-failed", ({ code }) => codes.push(code)));
  return codes;
}

/** Resolves to false if a promise has not settled by now. */
const hasSettled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), sleep(100).then(() => false)]);

describe.each(FRAMEWORKS)("with %s", (framework) => {
  async function start() {
    const store = new TestStore();
    const sessions = createSessions({ store: store.store });
    return { store, server: await serve(framework, sessions), client: new Client() };
  }

  test.each(["text", "redirect", "stream"])(
    "sends nothing of a %s before the session is saved",
    async (kind) => {
      const { store, server, client } = await start();
      const handler: Handler = async (visit) => {
        await write(visit);
        if (kind === "redirect") return { redirect: "/elsewhere" };
        if (kind === "text") return { text: "body" };
        return {
          stream: (async function* () {
            yield "bo";
            yield "dy";
          })(),
        };
      };
      const release = store.hold();
      const answer = client.get(server.url(handler));
      expect(await hasSettled(answer)).toBe(false);
      release();
      const response = await answer;
      expect(response.status).toBe(kind === "redirect" ? 302 : 200);
      expect(response.headers.getSetCookie()).toHaveLength(1);
      if (kind !== "redirect") expect(await response.text()).toBe("body");
    },
  );

  test("answers 503 with Retry-After and no cookie if a new session cannot be saved", async () => {
    const { store, server, client } = await start();
    const events = failedWrites();
    store.fail("create");
    server.early.push(["x-early", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]);
    const headers = {
      "cache-control": "max-age=60",
      etag: '"1"',
      "set-cookie": "other=1",
      location: "/elsewhere",
    };
    const handler: Handler = async (visit) => ({ ...(await write(visit)), headers });
    const response = await client.get(server.url(handler));
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(["etag", "location"].filter((name) => response.headers.has(name))).toEqual([]);
    expect(response.headers.get("cache-control")).not.toBe("max-age=60");
    // Koa removes all headers before it sends an error.
    const early = framework === "Fetch" || framework.startsWith("Koa") ? [] : ["1", "a=1", "b=2"];
    const kept = [response.headers.get("x-early"), ...response.headers.getSetCookie()];
    expect(kept.filter((value) => value !== null)).toEqual(early);
    expect(await response.text()).not.toContain("written");
    expect(events).toEqual(["ERR_STORE_UNAVAILABLE"]);
    if (!answersItself(framework)) expect(server.errors).toHaveLength(1);
  });

  test("answers 503 if a session cannot be saved, and leaves the session as it was", async () => {
    const { store, server, client } = await start();
    await client.get(server.url(write));
    const cookie = client.cookies.get("session");
    store.fail("update", "touch");
    const response = await client.get(server.url(write));
    expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
    store.fail();
    expect(await (await client.get(server.url(read))).text()).toBe('{"visits":1}');
    expect(client.cookies.get("session")).toBe(cookie);
  });

  test("answers 503 if a session cannot be loaded, and does not run the rest of the handler", async () => {
    const { store, server, client } = await start();
    await client.get(server.url(write));
    store.fail("get");
    let wentOn = false;
    const handler: Handler = async (visit) => {
      await visit.session();
      wentOn = true;
      return { text: "body" };
    };
    const response = await client.get(server.url(handler));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(wentOn).toBe(false);
    store.fail();
    expect(await (await client.get(server.url(read))).text()).toBe('{"visits":1}');
  });

  test("answers 500 if JSON cannot represent the data, and leaves the session as it was", async () => {
    const { server, client } = await start();
    await client.get(server.url(write));
    const events = failedWrites();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const value of [10n, cycle, { toJSON: () => JSON.parse("no JSON") as unknown }]) {
      const response = await client.get(
        server.url(async (visit) => {
          (await visit.session()).data.value = value;
          return { text: "body" };
        }),
      );
      expect([response.status, response.headers.getSetCookie()]).toEqual([500, []]);
    }
    expect(events).toEqual(["TypeError", "TypeError", "TypeError"]);
    expect(await (await client.get(server.url(read))).text()).toBe('{"visits":1}');
  });

  test("answers 500 if the data is not an object", async () => {
    const { server, client } = await start();
    for (const value of [null, "text", []]) {
      const response = await client.get(
        server.url(async (visit) => {
          (await visit.session()).data = value as never;
          return { text: "body" };
        }),
      );
      expect([response.status, response.headers.getSetCookie()]).toEqual([500, []]);
    }
  });

  test("does not save what a handler changed that throws", async () => {
    const { store, server, client } = await start();
    const handler: Handler = async (visit) => {
      await write(visit);
      throw new Error("failed");
    };
    const first = await client.get(server.url(handler));
    expect([first.status, first.headers.getSetCookie(), store.calls]).toEqual([500, [], []]);
    await client.get(server.url(write));
    const second = await client.get(server.url(handler));
    expect([second.status, second.headers.getSetCookie()]).toEqual([500, []]);
    expect(await (await client.get(server.url(read))).text()).toBe('{"visits":1}');
  });

  test("keeps what a handler saved before it throws, and sends the cookie of the new session", async () => {
    const { server, client } = await start();
    const handler: Handler = async (visit) => {
      const session = await visit.session();
      session.data.attempts = 1;
      await session.save();
      session.data.attempts = 2;
      throw new Error("failed");
    };
    const response = await client.get(server.url(handler));
    expect(response.status).toBe(500);
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(await (await client.get(server.url(read))).text()).toBe('{"attempts":1}');
  });

  test("saves what a handler changed that refuses the request with an error", async () => {
    const { server, client } = await start();
    const handler: Handler = async (visit) => {
      await write(visit);
      const getResponse = () => new Response("refused", { status: 401 }); // for Hono
      throw Object.assign(new Error("refused"), { status: 401, getResponse });
    };
    const response = await client.get(server.url(handler));
    expect(response.status).toBe(401);
    expect(await (await client.get(server.url(read))).text()).toBe('{"visits":1}');
  });

  test("saves a streamed response again at its end, before the client sees the end", async () => {
    const { server, client } = await start();
    const handler: Handler = async (visit) => {
      (await visit.session()).data.step = 1;
      return streaming(({ data }) => void (data.step = 2))(visit);
    };
    const response = await client.get(server.url(handler));
    expect(await response.text()).toBe("onetwo");
    expect(await (await client.get(server.url(read))).text()).toBe('{"step":2}');
  });

  test("reports a failure after the headers as an event, and ends the response", async () => {
    const { store, server, client } = await start();
    const events = failedWrites();
    const handler: Handler = async (visit) => {
      (await visit.session()).data.step = 1;
      return streaming(({ data }) => {
        store.fail("update");
        data.step = 2;
      })(visit);
    };
    const response = await client.get(server.url(handler));
    expect([response.status, await response.text()]).toEqual([200, "onetwo"]);
    expect(events).toEqual(["ERR_STORE_UNAVAILABLE"]);
    expect(server.errors).toEqual([]);
  });

  test("stores no session that was started after the headers, whose cookie the client cannot receive", async () => {
    const { store, server, client } = await start();
    const events = failedWrites();
    const errors: unknown[] = [];
    const handler = streaming((session) => {
      session.data.step = 2;
      return session.save().catch((error: unknown) => errors.push(error));
    });
    const response = await client.get(server.url(handler));
    expect([await response.text(), response.headers.getSetCookie()]).toEqual(["onetwo", []]);
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining("headers are sent") as string }),
    ]);
    expect(events).toEqual(["ERR_HTTP_HEADERS_SENT"]);
    expect(store.calls).toEqual([]);
  });

  test("keeps the id of a session that is regenerated after the headers, since the client cannot receive another", async () => {
    const { server, client } = await start();
    const errors: unknown[] = [];
    await client.get(
      server.url(async (visit) => {
        (await visit.session()).data.step = 1;
        return { text: "" };
      }),
    );
    const handler = streaming((session) =>
      session.regenerate().catch((error: unknown) => errors.push(error)),
    );
    await (await client.get(server.url(handler))).text();
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining("cannot be regenerated after the headers are sent") as string,
      }),
    ]);
    expect(await (await client.get(server.url(read))).text()).toBe('{"step":1}');
  });
});
