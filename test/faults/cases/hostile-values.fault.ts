import { isDeepStrictEqual } from "node:util";
import { type SessionEntry, type SessionStore, onSessionaryEvent } from "sessionary";
import type { Redis } from "ioredis";
import { Findings, faultCase } from "../fault-case.js";
import { FRAMEWORKS, startHandlers } from "../support/handler-app.js";
import { HOSTILE_VALUES, type HostileValue, fieldOf, withValue } from "../support/hostile-values.js";
import { withRig } from "../support/rigs.js";
import { SingleRig } from "../support/single-rig.js";
import { CONNECTIONS, type Subject } from "../support/variants.js";
import { Visitor, sessionIdOf } from "../support/web.js";

const BEFORE = { n: 0 };

for (const [connection, open] of Object.entries(CONNECTIONS)) {
  faultCase(`stores hostile values as documented, or refuses them, over ${connection}`, () =>
    withRig(SingleRig.start(), ({ place, server }) => run(open(place, {}), server.client())),
  );
}

async function run({ store, close }: Subject, raw: Redis) {
  const findings = new Findings();
  const counts = { calls: 0, "as documented": 0, refused: 0, wrong: 0 };
  for (const value of HOSTILE_VALUES) {
    await write(store, raw, value, counts, findings);
    await save(store, raw, value, counts, findings);
  }
  await close();
  findings.expect(!("admin" in {}), "a value reached Object.prototype");
  return { counts, shortfalls: findings.shortfalls };
}

type Counts = Record<"calls" | "as documented" | "refused" | "wrong", number>;

/** By the store: `create`, `update`, and `update` with `ifVersion`. */
async function write(
  store: SessionStore,
  raw: Redis,
  value: HostileValue,
  counts: Counts,
  findings: Findings,
) {
  const entry = (): SessionEntry => ({ data: withValue(value, { n: 1 }), expiresAt: Date.now() + 60_000 });
  for (const operation of ["create", "update", "update with ifVersion"]) {
    await raw.del("sess:one");
    const before = { data: BEFORE, expiresAt: Date.now() + 60_000 };
    const version = operation === "create" ? undefined : await store.create("one", before);
    const text = await raw.get("sess:one");
    const call = async () => {
      if (version === undefined) return store.create("one", entry());
      return store.update("one", entry(), operation === "update" ? {} : { ifVersion: version });
    };
    const error = await call().then(
      () => undefined,
      (reason: Error) => reason,
    );
    const isUnchanged = (await raw.get("sess:one")) === text;
    const stored = error === undefined ? fieldOf((await store.get("one"))?.data) : undefined;
    judge(`${operation} of ${value.name}`, value, error, isUnchanged, stored, counts, findings);
  }
}

/** By handlers of both frameworks, which save before they answer. */
async function save(
  store: SessionStore,
  raw: Redis,
  value: HostileValue,
  counts: Counts,
  findings: Findings,
) {
  for (const framework of FRAMEWORKS) {
    let failures = 0;
    const stop = onSessionaryEvent("write-failed", () => failures++);
    let thrown: Error | undefined;
    const app = await startHandlers(framework, store, {
      handlers: {
        begin: async ({ data, save }) => (Object.assign(data, BEFORE), save()),
        change: async ({ data, save }) => {
          Object.assign(data, withValue(value, { n: 1 }));
          await save().catch((error: Error) => {
            thrown = error;
            throw error;
          });
        },
      },
    });
    const visitor = new Visitor(app);
    await visitor.get("/begin");
    const key = `sess:${sessionIdOf(visitor.cookie)}`;
    const text = await raw.get(key);
    const { status } = await visitor.get("/change");
    const now = await raw.get(key);
    const stored =
      thrown === undefined ? fieldOf(JSON.parse(now ?? "{}") as Record<string, unknown>) : undefined;
    const what = `save of ${value.name} (${framework})`;
    findings.expect(status === (value.refused ? 500 : 200), `${what} is answered ${status}`);
    if (framework === "express" && value.refused && failures === 0) {
      // express-session takes its own JSON of a session before it asks the store, and says it in its own words.
      judge(
        what,
        { ...value, refused: /./ },
        new TypeError(String(thrown)),
        now === text,
        stored,
        counts,
        findings,
      );
    } else {
      judge(what, value, thrown, now === text, stored, counts, findings);
      findings.expect(failures > 0 === Boolean(value.refused), `${what}: ${failures} failed writes reported`);
    }
    stop();
    await app.close();
  }
}

function judge(
  what: string,
  { refused, becomes }: HostileValue,
  error: Error | undefined,
  isUnchanged: boolean,
  stored: unknown,
  counts: Counts,
  findings: Findings,
): void {
  counts.calls++;
  let holds: boolean;
  if (refused === undefined) {
    holds = error === undefined && isDeepStrictEqual(stored, becomes);
    if (holds) counts["as documented"]++;
  } else {
    holds = error instanceof TypeError && refused.test(error.message) && isUnchanged;
    if (holds) counts.refused++;
  }
  if (!holds) counts.wrong++;
  findings.expect(
    holds,
    `${what} ${error === undefined ? `gives ${String(JSON.stringify(stored))?.slice(0, 80)}` : String(error).slice(0, 120)}`,
  );
}
