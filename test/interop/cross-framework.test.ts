import { describe, expect, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import type { Framework } from "../adapters/support.js";
import { CONNECT_REDIS, emptyRedis, serveOurs, serveTheirs } from "./support.js";

const HOUR = 3_600;
/** Fastify with `cookiePrefix: "s:"` and `cookieName: "connect.sid"` takes express-session's cookie. */
const options = { maxAge: HOUR * 1_000, likeExpress: true };

const redis = emptyRedis();

const DIRECTIONS: [Framework, Framework][] = [
  ["express", "fastify"],
  ["fastify", "express"],
];

describe.each(DIRECTIONS)("theirs under %s, ours under %s", (theirFramework, ourFramework) => {
  test.each(CONNECT_REDIS)("%s: each reads, changes, touches and ends the other's", async (_, connect) => {
    const theirs = await serveTheirs(theirFramework, await connect(redis.server, {}), options);
    const ours = await serveOurs(ourFramework, redis.server, options);
    for (const [here, there] of [
      [theirs, ours],
      [ours, theirs],
    ] as const) {
      const browser = new Browser();
      const { result: id } = await browser.visit(here, (v) => ((v.session.name = "ann"), v.id));
      await redis.look.expectTtl(id, HOUR);
      const read = await browser.visit(there, (v) => [v.id, v.session.name]);
      expect(read.result).toEqual([id, "ann"]);
      await redis.look.expectTtl(id, HOUR);
      await browser.visit(there, (v) => void (v.session.visits = 1));
      await browser.visit(here, (v) => void (v.session.visits = Number(v.session.visits) + 1));
      for (const app of [here, there]) {
        await redis.look.expire(id, HOUR / 2);
        expect((await browser.visit(app, (v) => [v.session.name, v.session.visits])).result).toEqual([
          "ann",
          2,
        ]);
        await redis.look.expectTtl(id, HOUR);
      }
      await browser.visit(there, (v) => v.destroy());
      expect(await redis.look.keys()).toBe(0);
      expect((await browser.visit(here, (v) => v.session.name ?? "nobody")).result).toBe("nobody");
    }
  });
});

test("ours under both: once each has written, a read on either side writes nothing more", async () => {
  const express = await serveOurs("express", redis.server, options);
  const fastify = await serveOurs("fastify", redis.server, options);
  const browser = new Browser();
  const { result: id } = await browser.visit(express, (v) => ((v.session.name = "ann"), v.id));
  await browser.visit(fastify, (v) => void (v.session.visits = 1));
  await browser.visit(express, (v) => void (v.session.visits = 2));
  const before = await redis.look.json(id);
  for (const app of [fastify, express, fastify, express]) {
    expect((await browser.visit(app, (v) => [v.session.name, v.session.visits])).result).toEqual(["ann", 2]);
  }
  expect(await redis.look.json(id)).toEqual(before);
});
