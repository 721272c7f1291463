import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { waitUntil } from "../../support/wait-until.js";
import { PASSWORD, startAccount } from "./account.js";
import { Device } from "./device.js";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis({ config: ["appendonly yes", "appendfsync always"] });
});
beforeEach(() => redis.command("FLUSHALL"));
afterAll(() => redis.close());
const start = (env = {}) => startAccount({ SESSION_STORE: redis.url, ...env });

it("holds nothing in Redis that opens a session or tells whose it is", async () => {
  const { signedIn } = await start();
  const device = await signedIn({ "user-agent": "MARKED-BROWSER" });
  const client = redis.client();
  const keys = await client.keys("*");
  expect(keys.map((key) => key.split(":").slice(0, 2).join(":")).sort()).toEqual(["sess:h", "sess:users"]);
  const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
  const stored = [...keys, ...dumps.map((dump) => dump.toString("latin1"))].join("\n");
  const id = device.cookies.get("id")!;
  for (const secret of [id, "ada", "MARKED", "userId", "cookie"]) expect(stored).not.toContain(secret);
  for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
});

it("answers 503 while Redis is down, keeps the cookie, and the sign-in is there when it is back", async () => {
  const { url, signedIn } = await start();
  const device = await signedIn();
  await redis.kill();
  const answers = [
    await device.twin().get("/"),
    await device.twin().post("/devices/end-others"),
    await device.twin().post("/sign-out"),
    await new Device(url).signIn("ada", PASSWORD),
  ];
  for (const { status, headers, setCookies, text } of answers) {
    expect({ status, retryAfter: headers.get("retry-after"), setCookies }).toEqual({
      status: 503,
      retryAfter: "2",
      setCookies: [],
    });
    expect(text).toContain("The sessions are not available at the moment.");
  }
  await redis.restart();
  await waitUntil("Redis serves sessions again", async () => (await device.get("/")).status === 200);
  expect(await device.devices()).toHaveLength(1);
});

it("reads with each key, and writes with the first, what it read under another one as well", async () => {
  const [old, next] = ["2025", "2026"].map((id, n) => `${id}:${Buffer.alloc(32, n).toString("base64")}`);
  const before = await start({ SESSION_KEYS: old });
  const device = await before.signedIn();
  const stored = async () => redis.client().get((await redis.client().keys("sess:h:*"))[0]!);
  expect(await stored()).toMatch(/^enc1:2025:/);

  const at = (url: string) => {
    const same = new Device(url);
    for (const [name, value] of device.cookies) same.cookies.set(name, value);
    return same;
  };
  const without = await start({ SESSION_KEYS: next });
  expect((await at(without.url).get("/")).path).toBe("/sign-in");
  const rotated = await start({ SESSION_KEYS: `${next},${old}` });
  expect(await at(rotated.url).devices()).toHaveLength(1);
  expect(await stored()).toMatch(/^enc1:2026:/);
  expect(await at(without.url).devices()).toHaveLength(1);
});
