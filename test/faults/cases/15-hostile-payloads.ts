import { onSessionaryEvent } from "sessionary";
import { RedisStore } from "sessionary/redis";
import type { Redis } from "ioredis";
import { startRedis } from "../../support/redis-server.js";
import { type FaultCase, Findings, type Profile } from "../fault-case.js";
import { type Planted, hostilePayloads } from "../support/hostile-payloads.js";
import { withRig } from "../support/rigs.js";
import { Visitor, type WebApp, sessionIdOf, startApps } from "../support/web.js";

const MAX_PAYLOAD_BYTES = 100_000;
const FLIP = "a flipped bit";

export default {
  number: 15,
  title: "hostile payloads in Redis",
  run: (profile) => withRig(startRedis(), (server) => run(server.url, server.client(), profile)),
} satisfies FaultCase;

async function run(url: string, raw: Redis, profile: Profile) {
  const findings = new Findings();
  const store = new RedisStore({ url, maxPayloadBytes: MAX_PAYLOAD_BYTES });
  let undecodable = 0;
  const stop = onSessionaryEvent("payload-undecodable", () => undecodable++);
  const apps = await startApps(store);
  let requests = 0;
  let shutOut = 0;
  let strangers = 0;
  const plant = async (app: WebApp, name: string, planted: Planted | ((text: Buffer) => Buffer)) => {
    const visitor = new Visitor(app);
    await visitor.login();
    const key = `sess:${sessionIdOf(visitor.cookie)}`;
    if (typeof planted === "function") planted = { bytes: planted((await raw.getBuffer(key)) as Buffer) };
    await put(raw, key, planted);
    requests += 4;
    const read = await visitor.info().catch(() => undefined);
    findings.expect(read !== undefined, `${name}: the page is not answered (${app.name})`);
    if (read === undefined) return;
    const [again, after] = [await visitor.login(), await visitor.info()];
    // A flipped bit in a name gives another name: only a codec that signs, or encrypts, can tell.
    if (read.user !== undefined && name !== FLIP) strangers++;
    findings.expect(read.status === 200, `${name}: the page is answered ${read.status} (${app.name})`);
    if (again.status === 200 && after.user === "ann") return;
    shutOut++;
    findings.expect(
      false,
      `${name}: the next login is answered ${again.status}, ${after.user} (${app.name})`,
    );
  };
  for (const app of apps) {
    for (const [name, planted] of Object.entries(hostilePayloads(MAX_PAYLOAD_BYTES)))
      await plant(app, name, planted);
    const flips = profile.pick(1_000, 150);
    for (let i = 0; i < flips; i++) {
      await plant(app, FLIP, (text) => {
        const at = Math.floor(Math.random() * text.length);
        text[at] = (text[at] as number) ^ (1 << Math.floor(Math.random() * 8));
        return text;
      });
    }
  }
  stop();
  for (const app of apps) await app.close();
  await store.close();
  const polluted = Object.keys(Object.prototype).length + Number("admin" in {});
  findings.expectNone(polluted, "fields on Object.prototype");
  findings.expect(undecodable > 30, `only ${undecodable} payloads were reported`);
  findings.expectNone(strangers, "visitors met another session");
  return {
    counts: { calls: requests, wrong: strangers, "shut out": shutOut, polluted, reported: undecodable },
    shortfalls: findings.shortfalls,
  };
}

async function put(raw: Redis, key: string, planted: Planted): Promise<void> {
  await raw.del(key);
  if ("command" in planted) {
    const [command = "", ...args] = planted.command(key);
    await raw.call(String(command), ...args);
  } else await raw.set(key, "text" in planted ? planted.text : planted.bytes);
  await raw.expire(key, 600);
}
