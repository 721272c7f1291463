import { expect, it } from "vitest";
import type { RedisServer } from "../support/redis-server.js";
import { waitUntil } from "../support/wait-until.js";
import { type Example, visit } from "./example.js";
import { type Visit, Visitor } from "./visitor.js";

const UNAVAILABLE = {
  statusCode: 503,
  code: "ERR_STORE_UNAVAILABLE",
  error: "Service Unavailable",
  message: "Sessions can't be reached at the moment. Try again soon.",
};

/** A Redis with an append-only file, so that it comes back with what it had. */
export function testRedis(example: Example, redis: () => RedisServer, env: () => NodeJS.ProcessEnv): void {
  const connect = () => redis().client({ password: "1234" });

  it("shows the session in Redis as a key with a time to live, gone with the logout", async () => {
    const { visitor } = await visit(example, env());
    const client = connect();
    const { body } = await visitor.get("/api/auth/login/ada");
    const key = `sess:${body.sessionId}`;
    expect(await client.keys("*")).toEqual([key]);
    const lifetimeMs = await client.pttl(key);
    expect(lifetimeMs).toBeGreaterThan(3_500_000);
    expect(lifetimeMs).toBeLessThanOrEqual(3_600_000);
    await visitor.get("/api/auth/logout");
    expect(await client.keys("*")).toEqual([]);
  });

  it("answers 503 while Redis is down, keeps the cookie, and the login is there when it is back", async () => {
    const { server, visitor } = await visit(example, env());
    const { body } = await visitor.get("/api/auth/login/ada");
    await redis().kill();
    const paths = ["/api/auth/info", "/api/auth/login/bob", "/api/auth/logout", "/", "/cookie"];
    const stranger = new Visitor(server.url);
    const visits = [...paths.map((path) => visitor.twin().get(path)), stranger.get("/api/auth/login/bob")];
    for (const answer of await Promise.all(visits)) expectUnavailable(answer);
    expect((await stranger.get("/")).body).toEqual({ hello: "world!" });
    expect((await stranger.get("/api/auth/info")).status).toBe(200);

    await redis().restart();
    await waitUntil("Redis serves sessions again", async () => {
      return (await visitor.get("/api/auth/info")).status === 200;
    });
    expect((await visitor.get("/api/auth/info")).body).toMatchObject({
      sessionId: body.sessionId,
      session: { username: "ada" },
    });
  });

  // Redis answers reads and fails writes, as it does when it can't persist them or has lost its replicas:
  // requests get as far as their writes.
  it("answers 503 to each write that Redis refuses, and keeps the cookie and the login", async () => {
    const { server, visitor } = await visit(example, env());
    await visitor.get("/api/auth/login/ada");
    const client = connect();
    const stranger = new Visitor(server.url);
    await client.config("SET", "min-replicas-to-write", "1");
    try {
      expectUnavailable(await visitor.get("/api/auth/login/bob"));
      expectUnavailable(await visitor.get("/api/auth/logout"));
      expectUnavailable(await stranger.get("/api/auth/login/bob"));
      expect((await visitor.get("/api/auth/info")).body).toMatchObject({ session: { username: "ada" } });
    } finally {
      await client.config("SET", "min-replicas-to-write", "0");
    }
    expect((await visitor.get("/api/auth/info")).body).toMatchObject({ session: { username: "ada" } });
    expect(await client.keys("*")).toHaveLength(1);
  });

  it("answers 503 to a login while Redis is full, and logs out still", async () => {
    const { server, visitor } = await visit(example, env());
    await visitor.get("/api/auth/login/ada");
    const client = connect();
    const stranger = new Visitor(server.url);
    await client.config("SET", "maxmemory", "1");
    try {
      expectUnavailable(await stranger.get("/api/auth/login/bob"));
      expect((await visitor.get("/api/auth/logout")).status).toBe(200);
    } finally {
      await client.config("SET", "maxmemory", "0");
    }
    expect(await client.keys("*")).toEqual([]);
  });
}

function expectUnavailable({ status, body, headers, setCookies }: Visit): void {
  expect({ status, body, retryAfter: headers.get("retry-after"), setCookies }).toEqual({
    status: 503,
    body: UNAVAILABLE,
    retryAfter: "2",
    setCookies: [],
  });
}
