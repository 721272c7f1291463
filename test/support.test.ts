import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dial } from "./support/dial.js";
import { freePort } from "./support/free-port.js";
import { startCluster, type RedisCluster } from "./support/redis-cluster.js";
import { startSentinel, type SentinelGroup } from "./support/redis-sentinel.js";
import { startRedis, type RedisServer } from "./support/redis-server.js";
import { waitUntil } from "./support/wait-until.js";

describe("startRedis", () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(() => server.close());

  it("runs a server of its own that keeps nothing on disk", async () => {
    expect(await server.command("PING")).toBe("PONG");
    expect(await server.command("INFO", "server")).toContain(`process_id:${server.pid}\r\n`);
    expect(await server.command("CONFIG", "GET", "save")).toEqual(["save", ""]);
    expect(await server.command("CONFIG", "GET", "appendonly")).toEqual(["appendonly", "no"]);
  });

  it("freezes and goes on", async () => {
    const client = server.client({ commandTimeout: 200 });
    await client.set("key", "before");
    server.pause();
    await expect(client.get("key")).rejects.toThrow("Command timed out");
    server.resume();
    expect(await client.get("key")).toBe("before");
  });

  it("crashes, and starts again on the same port with what it had on disk", async () => {
    const durable = await startRedis({ config: ["appendonly yes", "appendfsync always"] });
    await durable.command("SET", "key", "kept");
    const { pid } = durable;
    await durable.kill();
    expect(durable.isUp).toBe(false);
    expect((await dial(durable.port)).error).toBe("ECONNREFUSED");
    await durable.restart();
    expect(durable.pid).not.toBe(pid);
    expect(await durable.command("GET", "key")).toBe("kept");
    await durable.close();
  });

  it("says what the server said when that does not start", async () => {
    await expect(startRedis({ args: ["--no-such-option", "1"] })).rejects.toThrow(/no-such-option/);
  });

  it("ends with the process that started it, however that ends, and leaves nothing behind", async () => {
    const script = `import { startRedis } from "./test/support/redis-server.ts";
      const [up, down] = [await startRedis(), await startRedis()];
      const dirs = [];
      for (const server of [up, down]) dirs.push((await server.command("CONFIG", "GET", "dir"))[1]);
      await down.kill();
      console.log(JSON.stringify({ port: up.port, dirs }));`;
    const starter = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(starter.stdout, "data")) as [Buffer];
    const { port, dirs } = JSON.parse(String(line)) as { port: number; dirs: string[] };
    expect((await dial(port)).error).toBe("");
    expect(dirs.map((dir) => existsSync(dir))).toEqual([true, true]);
    starter.kill("SIGKILL");
    await waitUntil("its port is free", async () => (await dial(port)).error === "ECONNREFUSED");
    await waitUntil("its directories are gone", () => !dirs.some((dir) => existsSync(dir)));
  });
});

it("freePort passes over a port that is taken", async () => {
  const taken = (await freePort()) + 1; // the next one, except at the end of the range
  const server = createServer().listen(taken, "127.0.0.1");
  await once(server, "listening");
  expect(await freePort()).not.toBe(taken);
  server.close();
});

describe("startCluster", () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.close());

  it("has every slot served and every master followed, and keeps data through moves and failovers", async () => {
    expect(cluster.nodes).toHaveLength(6);
    const client = cluster.client();
    const keys = Array.from({ length: 100 }, (_, index) => `key:${index}`);
    const readAll = () => Promise.all(keys.map((key) => client.get(key)));
    await Promise.all(keys.map((key) => client.set(key, key)));
    await client.set("foo", "in slot 12182");
    // Once in step, a replica has what its master has.
    for (const share of [0, 1, 2]) await (await cluster.master(share)).command("WAIT", 1, 1_000);

    await cluster.moveSlot(12_182, 0);
    const first = await cluster.master(0);
    expect(await first.command("GET", "foo")).toBe("in slot 12182");
    expect(await client.get("foo")).toBe("in slot 12182");

    await cluster.failover(0);
    expect(await cluster.master(0)).not.toBe(first);
    expect(await readAll()).toEqual(keys);

    const killed = await cluster.killMaster(1);
    await cluster.whole();
    expect(await cluster.master(1)).not.toBe(killed);
    expect(await readAll()).toEqual(keys);

    await killed.restart();
    await cluster.whole();
    expect(((await killed.command("ROLE")) as unknown[])[0]).toBe("slave");
  });
});

describe("startSentinel", () => {
  let group: SentinelGroup;
  beforeAll(async () => {
    group = await startSentinel();
  });
  afterAll(() => group.close());

  it("leads clients to the master, after a hand-over and after a crash too", async () => {
    const sentinels = group.sentinels.map(({ host, port }) => ({ host, port }));
    const client = new Redis({ sentinels, name: group.name, sentinelRetryStrategy: () => 50 });
    client.on("error", () => {});
    await client.set("key", "first");
    expect(await group.master.command("GET", "key")).toBe("first");

    await group.failover();
    expect(await group.currentMaster()).toBe(group.replica);
    await waitUntil("the client has moved", async () => (await client.set("key", "second")) === "OK");
    expect(await group.replica.command("GET", "key")).toBe("second");

    await group.replica.kill();
    await waitUntil("the first is master again", async () => (await group.currentMaster()) === group.master);
    await waitUntil("the client has moved", async () => (await client.set("key", "third")) === "OK");
    expect(await group.master.command("GET", "key")).toBe("third");
    client.disconnect();
  });
});
