import { onSessionaryEvent } from "sessionary";
import type { Redis } from "ioredis";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { type Planted, hostilePayloads } from "../support/hostile-payloads.js";
import { withRig } from "../support/rigs.js";
import { SingleRig } from "../support/single-rig.js";
import { CONNECTIONS, type Subject } from "../support/variants.js";
import { Visitor, type WebApp, sessionIdOf, startApps } from "../support/web.js";

const MAX_PAYLOAD_BYTES = 100_000;
const FLIP = "a flipped bit";

for (const [connection, open] of Object.entries(CONNECTIONS)) {
  faultCase(
    `reads hostile payloads as a miss, and the user can sign in again, over ${connection}`,
    (profile) =>
      withRig(SingleRig.start(), ({ place, server }) =>
        run(open(place, { maxPayloadBytes: MAX_PAYLOAD_BYTES }), server.client(), profile),
      ),
  );
}

async function run({ store, close }: Subject, raw: Redis, profile: Profile) {
  const findings = new Findings();
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
    const flips = profile.pick(500, 75);
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
  await close();
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
