import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSessions, onSessionaryEvent } from "sessionary";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Client } from "./client.js";
import { FRAMEWORKS, type Handler, serve } from "./servers.js";

const IDLE_MS = 30 * 60_000;
const CHUNK = Buffer.alloc(64 * 1024, "x");
/** More than the buffers of a connection hold. */
const CHUNKS = 400;

afterEach(() => void vi.useRealTimers());

const read: Handler = async (visit) => {
  const { data, expiresAt } = await visit.session();
  return { text: JSON.stringify({ ...data, expiresAt }) };
};

describe.each(FRAMEWORKS)("with %s", (framework) => {
  async function start() {
    const sessions = createSessions({ store: "memory:", idleTimeoutMs: IDLE_MS });
    onTestFinished(() => sessions.close());
    const server = await serve(framework, sessions);
    const client = new Client();
    await client.get(
      server.url(async (visit) => (((await visit.session()).data.user = "ann"), { text: "" })),
    );
    const url = server.url(read);
    const stored = async () =>
      JSON.parse(await (await client.twin().get(url)).text()) as Record<string, number>;
    return { sessions, server, client, stored };
  }

  /** A handler of an event stream, which sends an event for each call of `next` and changes the session at its end. */
  function events() {
    let wake = () => {};
    let isEnding = false;
    const handler: Handler = async (visit) => {
      const { data } = await visit.session();
      return {
        headers: { "content-type": "text/event-stream" },
        stream: (async function* () {
          for (let n = 1; ; n++) {
            yield `data: ${n}\n\n`;
            await new Promise<void>((resolve) => (wake = resolve));
            if (isEnding) break;
          }
          data.seen = true;
        })(),
      };
    };
    return { handler, next: () => wake(), end: () => ((isEnding = true), wake()) };
  }

  test("keeps the session during an event stream of several idle timeouts, beside other requests", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    const { server, client, stored } = await start();
    const { handler, next, end } = events();
    const response = await client.twin().get(server.url(handler));
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let { expiresAt } = await stored();
    const first = expiresAt!;
    for (let n = 1; n <= 8; n++) {
      expect((await reader.read()).value).toBe(`data: ${n}\n\n`);
      vi.advanceTimersByTime(IDLE_MS / 2);
      const now = await stored();
      expect([now.user, now.expiresAt! >= expiresAt!]).toEqual(["ann", true]);
      ({ expiresAt } = now);
      next();
    }
    end();
    while (!(await reader.read()).done);
    const { expiresAt: last, ...data } = await stored();
    expect(data).toEqual({ user: "ann", seen: true });
    expect(last).toBeGreaterThanOrEqual(expiresAt!);
    expect(expiresAt).toBeGreaterThan(first + 3 * IDLE_MS);
  });

  test("does not bring back a session that expired during an event stream", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    const { sessions, server, client, stored } = await start();
    const dropped: string[] = [];
    onTestFinished(onSessionaryEvent("save-dropped", ({ operation }) => dropped.push(operation)));
    const { handler, end } = events();
    const response = await client.twin().get(server.url(handler));
    const reader = response.body!.getReader();
    await reader.read();
    vi.advanceTimersByTime(3 * IDLE_MS);
    end();
    while (!(await reader.read()).done);
    expect(await stored()).toEqual({});
    expect([dropped, await sessions.store.count()]).toEqual([["save"], 0]);
  });

  test.each([true, false])(
    "reads a stream no faster than the client does, if the session was changed: %s",
    async (changes) => {
      const { server, client, stored } = await start();
      let produced = 0;
      const handler: Handler = async (visit) => {
        const { data } = await visit.session();
        if (changes) data.step = 1;
        return {
          stream: (async function* () {
            for (; produced < CHUNKS; produced++) yield CHUNK;
            data.step = 2;
          })(),
        };
      };
      const response = await client.get(server.url(handler));
      expect(response.headers.getSetCookie()).toHaveLength(changes ? 1 : 0);
      for (let before = -1; before !== produced; await sleep(100)) before = produced;
      expect(produced).toBeLessThan(CHUNKS);
      expect((await response.arrayBuffer()).byteLength).toBe(CHUNKS * CHUNK.length);
      expect(await stored()).toMatchObject({ user: "ann", step: 2 });
    },
  );

  test.each([true, false])("sends a file, if the session was changed: %s", async (changes) => {
    const folder = await mkdtemp(join(tmpdir(), "sessionary-file-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "report.bin");
    await writeFile(file, Buffer.alloc(5_000_000, "x"));
    const { server, client, stored } = await start();
    const handler: Handler = async (visit) => {
      const { data } = await visit.session();
      if (changes) data.downloads = 1;
      return { file };
    };
    const response = await client.get(server.url(handler));
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toHaveLength(changes ? 1 : 0);
    expect((await response.arrayBuffer()).byteLength).toBe(5_000_000);
    expect((await stored()).downloads).toBe(changes ? 1 : undefined);
  });
});
