import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dial } from "./dial.js";
import { freePort } from "./free-port.js";
import { startRedis, type RedisServer } from "./redis-server.js";
import { startProxy, type TcpProxy } from "./tcp-proxy.js";
import { waitUntil } from "./wait-until.js";

let server: RedisServer;
let proxy: TcpProxy;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.command("FLUSHALL");
  proxy = await startProxy(server.port);
});
afterEach(() => proxy.close());

const serverHas = (key: string, value: string) =>
  waitUntil(`${key} is ${value}`, async () => (await server.command("GET", key)) === value);
const arrived = (call: { text: string }, text: string) => waitUntil(`${text} came`, () => call.text === text);

describe("startProxy", () => {
  it("passes everything on, large values too, and counts its clients", async () => {
    const client = new Redis(proxy.url);
    proxy.latency(10); // so that more piles up than the proxy holds
    const large = "ä".repeat(5_000_000);
    await client.set("key", large);
    expect(await client.get("key")).toBe(large);
    expect(proxy.connections()).toBe(1);
    await client.quit();
    await waitUntil("it has gone", () => proxy.connections() === 0);
  });

  it("refuses, and accepts again", async () => {
    const before = await dial(proxy.port);
    proxy.refuse();
    await waitUntil("it is reset", () => before.error === "ECONNRESET");
    expect((await dial(proxy.port)).error).toBe("ECONNREFUSED");
    await proxy.accept();
    const after = await dial(proxy.port);
    after.send("PING");
    await arrived(after, "+PONG\r\n");
  });

  it("resets a client whose server is down", async () => {
    const down = await startProxy(await freePort());
    const call = await dial(down.port);
    await waitUntil("it is reset", () => call.error === "ECONNRESET");
    expect(down.connections()).toBe(0);
    await down.close();
  });

  it("delays each chunk, in order", async () => {
    const call = await dial(proxy.port);
    proxy.latency(250);
    call.send("PING");
    call.send("ECHO a");
    let direct = 0;
    while (call.text === "") {
      await server.command("PING");
      direct++;
    }
    // Undelayed, the first reply would be here after a few round trips past the proxy.
    expect(direct).toBeGreaterThan(20);
    await arrived(call, "+PONG\r\n$1\r\na\r\n");
  });

  it("slices", async () => {
    const call = await dial(proxy.port);
    proxy.slice(1);
    const long = "x".repeat(100);
    call.send(`ECHO ${long}`);
    await arrived(call, `$100\r\n${long}\r\n`);
    // 107 pieces were sent; some may be read together.
    expect(call.chunks.length).toBeGreaterThan(10);
  });

  it("swallows both directions, and resets on healing whoever lost bytes", async () => {
    const [speaker, silent] = [await dial(proxy.port), await dial(proxy.port)];
    proxy.blackhole();
    speaker.send("SET key swallowed");
    const late = await dial(proxy.port);
    late.send("PING");
    // Were they passed on, they would be through after a few round trips past the proxy.
    for (let direct = 0; direct < 50; direct++) await server.command("PING");
    expect([speaker.text, late.text, await server.command("GET", "key")]).toEqual(["", "", null]);
    await proxy.heal();
    await waitUntil("both are reset", () => speaker.error === "ECONNRESET" && late.error === "ECONNRESET");
    silent.send("PING");
    await arrived(silent, "+PONG\r\n");
  });

  it("loses the replies to commands that ran", async () => {
    const call = await dial(proxy.port);
    call.send("SET key 1");
    await arrived(call, "+OK\r\n");
    proxy.dropReplies(1);
    call.send("INCR key");
    await waitUntil("it is reset", () => call.error === "ECONNRESET");
    expect(call.text).toBe("+OK\r\n");
    expect(await server.command("GET", "key")).toBe("2");
    const next = await dial(proxy.port);
    next.send("INCR key");
    await arrived(next, ":3\r\n");
  });

  it("loses two replies before it resets", async () => {
    const call = await dial(proxy.port);
    proxy.dropReplies(2);
    call.send("SET key 1");
    await serverHas("key", "1");
    expect(call.error).toBe("");
    call.send("SET key 2");
    await waitUntil("it is reset", () => call.error === "ECONNRESET");
    expect([call.text, await server.command("GET", "key")]).toEqual(["", "2"]);
  });

  it("cuts a reply short", async () => {
    const call = await dial(proxy.port);
    proxy.truncateReply();
    call.send("PING");
    await waitUntil("it has ended", () => call.ended);
    expect(call.text).toBe("+PO");
    const next = await dial(proxy.port);
    next.send("PING");
    await arrived(next, "+PONG\r\n");
  });

  it("half-closes: the client hears no more, and is still heard", async () => {
    const call = await dial(proxy.port);
    call.send("PING");
    await arrived(call, "+PONG\r\n");
    proxy.halfClose();
    await waitUntil("it has ended", () => call.ended);
    call.send("SET key heard");
    await serverHas("key", "heard");
    expect([call.text, call.error]).toEqual(["+PONG\r\n", ""]);
  });

  it("resets all", async () => {
    const calls = [await dial(proxy.port), await dial(proxy.port)];
    await waitUntil("both are through", () => proxy.connections() === 2);
    proxy.resetAll();
    await waitUntil("both are reset", () => calls.every((call) => call.error === "ECONNRESET"));
    expect(proxy.connections()).toBe(0);
  });
});
