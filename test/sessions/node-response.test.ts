import { once } from "node:events";
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { Readable, pipeline } from "node:stream";
import { createSessions, type Session, type Sessions } from "sessionary";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client } from "./client.js";
import type { Data } from "./servers.js";
import { TestStore } from "./stores.js";

type Handle = (req: IncomingMessage, res: ServerResponse, session: Session<Data>) => unknown;

/** Serves one handler with node:http, whose session was loaded. */
async function listen(
  handle: Handle,
  sessions: Sessions = createSessions({ store: "memory:" }),
): Promise<string> {
  return listenRaw((req, res) => {
    void sessions.get(req, res).then((session) => handle(req, res, session));
  });
}

async function listenRaw(listener: RequestListener): Promise<string> {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Sends a request as it stands, and returns everything that comes back until the connection ends. */
async function raw(url: string, lines: string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname).setEncoding("utf8");
  socket.write([...lines, `Host: localhost:${port}`, "Connection: close", "", ""].join("\r\n"));
  let text = "";
  for await (const chunk of socket) text += chunk as string;
  return text.replace(/^Date: .*\r\n/m, "").replace(/^Set-Cookie: session=.*\r\n/im, "");
}

/** Ways to respond, each on a response whose session has changed and on one whose session has not. */
const RESPONSES: Record<string, (res: ServerResponse) => unknown> = {
  "end with a text": (res) => res.end("text"),
  "end with nothing": (res) => res.end(),
  "end with an encoding": (res) => res.end("dGV4dA==", "base64"),
  "end with a buffer": (res) => res.end(Buffer.from("text")),
  "setHeader and end": (res) => res.setHeader("X-Name", ["a", "b"]).end("text"),
  "writeHead with a status": (res) => res.writeHead(404).end("text"),
  "writeHead with a status message": (res) => res.writeHead(404, "Nothing Here").end("text"),
  "writeHead with an object": (res) => res.writeHead(201, { "X-Name": "a", "Content-Length": 4 }).end("text"),
  "writeHead with a message and an object": (res) =>
    res.writeHead(201, "Made", { "X-Name": "a" }).end("text"),
  "writeHead with a flat list": (res) =>
    res.writeHead(200, ["X-Name", "a", "X-Name", "b", "X-Other", "c"]).end("text"),
  "writeHead over setHeader": (res) =>
    res.setHeader("X-Name", "a").writeHead(200, { "x-name": "b" }).end("text"),
  "writeHead with a cookie": (res) => res.writeHead(200, { "Set-Cookie": ["a=1", "b=2"] }).end("text"),
  "write and end": (res) => (res.write("te"), res.write("xt"), res.end("!")),
  "write with a length": (res) => (res.setHeader("Content-Length", 4), res.write("te"), res.end("xt")),
  "flushHeaders, write and end": (res) => (res.flushHeaders(), res.write("text"), res.end()),
  "a trailer": (res) => {
    res.writeHead(200, { Trailer: "X-Sum" });
    res.write("text");
    res.addTrailers({ "X-Sum": "1" });
    res.end();
  },
  "cork and uncork": (res) => (res.cork(), res.write("te"), res.write("xt"), res.uncork(), res.end()),
  "a 204": (res) => res.writeHead(204).end(),
  "a 304": (res) => res.writeHead(304, { ETag: '"1"' }).end(),
  "a 103 first": (res) => res.writeEarlyHints({ link: "</style.css>; rel=preload" }, () => res.end("text")),
  "a pipe": (res) => Readable.from(["te", "xt"]).pipe(res),
  "end twice": (res) => (res.end("text"), res.end()),
  "headers and a status after the end": (res) => {
    res.end("text");
    const late = {
      set: () => res.setHeader("Content-Length", 40),
      append: () => res.appendHeader("X-Late", "1"),
      remove: () => res.removeHeader("Date"),
      write: () => res.writeHead(500),
    };
    for (const [action, change] of Object.entries(late)) {
      const message = `Cannot ${action} headers after they are sent to the client`;
      expect(change).toThrow(expect.objectContaining({ code: "ERR_HTTP_HEADERS_SENT", message }) as Error);
    }
    res.statusCode = 500;
    res.statusMessage = "Late";
  },
};

test.each([true, false])("ignores a second answer, if the session was changed: %s", async (changes) => {
  const url = await listen((_req, res, session) => {
    if (changes) session.data.visits = 1;
    res.end("first");
    res.write("second");
    res.end("third", () => {});
  });
  expect(await (await fetch(url)).text()).toBe("first");
});

describe.each(Object.keys(RESPONSES))("sends the same as without a session: %s", (name) => {
  const respond = RESPONSES[name]!;
  // Node.js itself refuses a trailer for HEAD.
  test.each(name === "a trailer" ? ["GET"] : ["GET", "HEAD"])("%s", async (method) => {
    const plain = await listenRaw((_req, res) => void respond(res));
    const changed = await listen((_req, res, { data }) => ((data.n = 1), respond(res)));
    const unchanged = await listen((_req, res) => respond(res));
    const expected = await raw(plain, [`${method} / HTTP/1.1`]);
    expect(expected).toMatch(/^HTTP\/1\.1 /);
    expect(sorted(await raw(unchanged, [`${method} / HTTP/1.1`]))).toEqual(sorted(expected));
    expect(sorted(await raw(changed, [`${method} / HTTP/1.1`]))).toEqual(sorted(expected));
  });
});

/** Splits a response into its headers in any order and its body, without how the body is framed. */
function sorted(text: string) {
  const start = text.lastIndexOf("HTTP/1.1 ");
  const end = text.indexOf("\r\n\r\n", start);
  const isFraming = (line: string) => /^(content-length|transfer-encoding): /i.test(line);
  const lines = text
    .slice(start, end)
    .split("\r\n")
    .filter((line) => !isFraming(line));
  const body = text
    .slice(end + 4)
    .replace(/(^|\r\n)[0-9a-f]+\r\n/g, "")
    .trim();
  return { first: text.slice(0, start), head: lines.map((line) => line.toLowerCase()).sort(), body };
}

test("returns the response from end and writeHead, and reports that headers are sent", async () => {
  const seen: unknown[] = [];
  const url = await listen((_req, res, { data }) => {
    data.n = 1;
    seen.push(res.headersSent, res.writeHead(200) === res, res.headersSent);
    expect(() => res.writeHead(500)).toThrow(expect.objectContaining({ code: "ERR_HTTP_HEADERS_SENT" }));
    seen.push(res.writableEnded, res.end("text") === res, res.writableEnded, res.headersSent);
  });
  expect((await fetch(url)).status).toBe(200);
  expect(seen).toEqual([false, true, true, false, true, true, true]);
});

test("keeps back-pressure: a held write asks to wait for drain", async () => {
  const store = new TestStore();
  const results: unknown[] = [];
  const url = await listen(
    async (_req, res, { data }) => {
      data.n = 1;
      const release = store.hold();
      results.push(res.write("one", () => results.push("written")));
      setTimeout(release, 20);
      await once(res, "drain");
      results.push("drain");
      res.end("two", () => results.push("ended"));
    },
    createSessions({ store: store.store }),
  );
  expect(await (await fetch(url)).text()).toBe("onetwo");
  expect(results[0]).toBe(false);
  expect(results.slice(1).sort()).toEqual(["drain", "ended", "written"]);
});

test("sends a large stream whole, with and without a change of the session", async () => {
  const chunk = Buffer.alloc(64 * 1024, "x");
  for (const changes of [true, false]) {
    const url = await listen((_req, res, { data }) => {
      if (changes) data.n = 1;
      pipeline(Readable.from(Array.from({ length: 160 }, () => chunk)), res, () => {});
    });
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(160 * chunk.length);
  }
});

test("throws for a chunk that is not valid, as Node.js does", async () => {
  const codes: unknown[] = [];
  const url = await listen((_req, res, { data }) => {
    data.n = 1;
    for (const send of [() => res.write(5), () => res.end({}), () => res.writeHead(99)]) {
      try {
        send();
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    }
    res.end();
  });
  expect((await fetch(url)).status).toBe(200);
  expect(codes).toEqual(["ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_TYPE", "ERR_HTTP_INVALID_STATUS_CODE"]);
});

test("answers 500 if Node.js refuses the status message once the session is saved", async () => {
  const url = await listen((_req, res, { data }) => {
    data.n = 1;
    res.statusMessage = "отчёт";
    res.end("text");
  });
  expect((await fetch(url)).status).toBe(500);
});

test("answers a failed save even while a stream is piped, and lets the stream go on to its end", async () => {
  const store = new TestStore();
  store.fail("create");
  for (const usesMiddleware of [false, true]) {
    const source = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(16 * 1024)));
    const sessions = createSessions({ store: store.store });
    const url = await listenRaw((req, res) => {
      const handle = () =>
        void sessions.get(req, res).then((session) => {
          session.data.n = 1;
          source.pipe(res);
        });
      if (usesMiddleware) sessions.middleware()(req, res, handle);
      else handle();
    });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([503, "Service Unavailable\n"]);
    if (!source.readableEnded) await once(source, "end");
  }
});

test("answers with what onError returns", async () => {
  const store = new TestStore();
  const seen: Error[] = [];
  const sessions = createSessions({
    store: store.store,
    onError: (error) => {
      seen.push(error);
      return new Response("<h1>Back soon</h1>", {
        status: 503,
        headers: { "content-type": "text/html", "x-a": "b" },
      });
    },
  });
  store.fail("create");
  const url = await listen((_req, res, { data }) => ((data.n = 1), res.end("text")), sessions);
  const response = await fetch(url);
  expect([response.status, await response.text()]).toEqual([503, "<h1>Back soon</h1>"]);
  expect([response.headers.get("content-type"), response.headers.get("x-a")]).toEqual(["text/html", "b"]);
  expect(seen).toEqual([expect.objectContaining({ code: "ERR_STORE_UNAVAILABLE" })]);
});

test("answers by default if onError returns nothing or fails", async () => {
  const store = new TestStore();
  store.fail("create");
  const returnsNothing = [() => {}, async () => {}];
  for (const onError of [...returnsNothing, () => Promise.reject(new Error("no")), () => "text" as never]) {
    const url = await listen(
      (_req, res, { data }) => ((data.n = 1), res.end("text")),
      createSessions({ store: store.store, onError }),
    );
    expect((await fetch(url)).status).toBe(503);
  }
});

test("leaves a response alone that ends before the session is loaded", async () => {
  const sessions = createSessions({ store: "memory:" });
  const url = await listenRaw((req, res) => {
    void sessions.get(req, res).then(({ data }) => (data.n = 1));
    res.end("text");
  });
  const response = await fetch(url);
  expect([await response.text(), response.headers.getSetCookie()]).toEqual(["text", []]);
});

test("requires the response, or the middleware", async () => {
  const sessions = createSessions({ store: "memory:" });
  const errors: unknown[] = [];
  const url = await listenRaw((req, res) => {
    try {
      void sessions.get(req);
    } catch (error) {
      errors.push(error);
    }
    res.end();
  });
  await fetch(url);
  expect(errors).toEqual([
    expect.objectContaining({ message: expect.stringContaining("sessions.get(req, res)") as string }),
  ]);
  for (const wrong of [{}, { headers: {} }]) expect(() => sessions.get(wrong as Request)).toThrow(TypeError);
});

test("saves a session before its response is sent over HTTP/2", async () => {
  const sessions: Sessions<Data> = createSessions<Data>({ store: "memory:" });
  const answer = async (req: http2.Http2ServerRequest, res: http2.Http2ServerResponse) => {
    const session = await sessions.get(req, res);
    session.data.visits = ((session.data.visits as number | undefined) ?? 0) + 1;
    if (req.url === "/stream") {
      res.writeHead(200, { "content-type": "text/plain" });
      res.write("one ");
      session.data.streamed = true;
      return res.end("two");
    }
    return res.end(JSON.stringify(session.data));
  };
  const server = http2.createServer((req, res) => void answer(req, res));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = http2.connect(`http://localhost:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.close();
    server.close();
  });
  const get = async (path: string, cookie?: string, method = "GET") => {
    const stream = client.request({ ":path": path, ":method": method, ...(cookie && { cookie }) });
    const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    let text = "";
    for await (const chunk of stream.setEncoding("utf8")) text += chunk as string;
    return { status: headers[":status"], cookie: headers["set-cookie"]?.[0]?.split(";")[0], text };
  };
  const first = await get("/");
  expect(first).toEqual({
    status: 200,
    cookie: expect.stringMatching(/^session=/) as string,
    text: '{"visits":1}',
  });
  expect((await get("/stream", first.cookie)).text).toBe("one two");
  expect((await get("/", first.cookie, "HEAD")).text).toBe("");
  expect((await get("/", first.cookie)).text).toBe('{"visits":4,"streamed":true}');
});

test("works with middlewares that wrap the response before it and after it", async () => {
  const sessions = createSessions<Data>({ store: "memory:" });
  for (const order of ["before", "after"]) {
    const url = await listenRaw((req, res) => {
      const handle = async () => {
        if (order === "before") addTime(res);
        const session = await sessions.get(req, res);
        if (order === "after") addTime(res);
        session.data.n = 1;
        res.end("text");
      };
      void handle();
    });
    const response = await new Client().get(url);
    expect(response.headers.get("x-time")).toBe("1");
    expect(response.headers.getSetCookie()).toHaveLength(1);
  }
});

/** Sets a header at the last moment, as the package on-headers does. */
function addTime(res: ServerResponse): void {
  const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => ServerResponse;
  let count = 0;
  res.writeHead = (...args: unknown[]) => {
    if (!count++) res.setHeader("X-Time", "1");
    return writeHead(...args);
  };
}
