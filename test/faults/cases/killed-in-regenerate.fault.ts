import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { waitUntil } from "../../support/wait-until.js";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { firstOutput, startChild } from "../support/child.js";
import { FRAMEWORKS, type Framework } from "../support/handler-app.js";
import { withRig } from "../support/rigs.js";
import { Visitor } from "../support/web.js";

const USERS = 20;

faultCase("never leaves two live ids when the process is killed between the steps of regenerate", run);

async function run(profile: Profile) {
  const findings = new Findings();
  const kills = profile.pick(12, 2);
  const results = await Promise.all(
    FRAMEWORKS.map((framework) =>
      withRig(startRedis(), (server) => killAgainAndAgain(framework, server, kills, findings)),
    ),
  );
  const sum = (pick: (result: Result) => number) =>
    results.reduce((total, result) => total + pick(result), 0);
  findings.expect(sum(({ between }) => between) > 0, "no process was killed between the steps");
  return {
    counts: {
      calls: sum(({ logins }) => logins),
      "brought back": sum(({ twice }) => twice),
      kills: kills * FRAMEWORKS.length,
      "killed between the steps": sum(({ between }) => between),
    },
    shortfalls: findings.shortfalls,
  };
}

interface Result {
  logins: number;
  /** Users who had no session left: the old one gone, the new one not there yet. */
  between: number;
  /** Users who had two. */
  twice: number;
}

async function killAgainAndAgain(
  framework: Framework,
  server: RedisServer,
  kills: number,
  findings: Findings,
): Promise<Result> {
  const raw = server.client();
  const result = { logins: 0, between: 0, twice: 0 };
  for (let kill = 0; kill < kills; kill++) {
    await raw.flushall();
    result.logins += await loginsUntilKilled(framework, server.url);
    const users = await sessionsByUser(raw);
    result.between += USERS - users.size;
    result.twice += [...users.values()].filter((count) => count > 1).length;
  }
  findings.expectNone(result.twice, `users with two live ids (${framework})`);
  return result;
}

/** @returns how many logins were answered */
async function loginsUntilKilled(framework: Framework, redisUrl: string): Promise<number> {
  const child = startChild("logins", framework, redisUrl);
  try {
    const url = await firstOutput(child);
    let answered = 0;
    const users = Array.from({ length: USERS }, async (_, i) => {
      const visitor = new Visitor({ name: framework, url, close: async () => {} });
      for (;;) {
        await visitor.get(`/login?user=user${i}`); // rejects once the process is gone
        answered++;
      }
    });
    const gone = Promise.allSettled(users);
    await waitUntil("every user has logged in more than once", () => answered > 3 * USERS);
    await sleep(Math.random() * 20);
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    await gone;
    await sleep(100); // what it had sent is still being run
    return answered;
  } finally {
    child.kill("SIGKILL");
  }
}

async function sessionsByUser(raw: Redis): Promise<Map<string, number>> {
  const keys = await raw.keys("sess:*");
  const users = new Map<string, number>();
  for (const text of keys.length === 0 ? [] : await raw.mget(keys)) {
    const { user } = JSON.parse(text ?? "{}") as { user?: string };
    // @fastify/session stores the new session before the handler has put the user into it.
    if (user !== undefined) users.set(user, (users.get(user) ?? 0) + 1);
  }
  return users;
}
