import { onSessionaryEvent } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { startRedis, type RedisServer } from "../../support/redis-server.js";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { FRAMEWORKS, startHandlers } from "../support/handler-app.js";
import { withRig } from "../support/rigs.js";
import { Visitor } from "../support/web.js";

faultCase("refuses an id that the generator repeats, and keeps the first session", (profile) =>
  withRig(startRedis(), (server) => run(server, profile)),
);

async function run(server: RedisServer, profile: Profile) {
  const findings = new Findings();
  const store = new RedisStore({ url: server.url });
  const raw = server.client();
  const refused: string[] = [];
  const stop = onSessionaryEvent("write-failed", ({ code }) => refused.push(code));
  const rounds = profile.pick(200, 50);
  let requests = 0;
  let changed = 0;
  for (const framework of FRAMEWORKS) {
    let id = "";
    const app = await startHandlers(framework, store, {
      newId: () => id,
      handlers: {
        login: async ({ data, save }, { user }) => {
          data.user = user;
          await save();
        },
      },
    });
    for (let round = 0; round < rounds; round++) {
      id = `${framework}-${round}`;
      const first = await new Visitor(app).get("/login?user=ann");
      const before = await raw.get(`sess:${id}`);
      const second = await new Visitor(app).get("/login?user=bob");
      requests += 2;
      if ((await raw.get(`sess:${id}`)) !== before || !before?.includes('"ann"')) changed++;
      findings.expect(first.status === 200, `the first login is answered ${first.status} (${framework})`);
      findings.expect(second.status === 500, `the second login is answered ${second.status} (${framework})`);
    }
    await app.close();
  }
  stop();
  await store.close();
  const exists = refused.filter((code) => code === "ERR_SESSION_EXISTS").length;
  findings.expectNone(changed, "first sessions changed");
  findings.expect(
    exists >= FRAMEWORKS.length * rounds,
    `only ${exists} saves failed with ERR_SESSION_EXISTS`,
  );
  return {
    counts: { calls: requests, wrong: changed, "refused as taken": exists },
    shortfalls: findings.shortfalls,
  };
}
