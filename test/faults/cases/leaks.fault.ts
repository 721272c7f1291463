import { Writable } from "node:stream";
import { createStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { buildApp } from "../../../examples/fastify-login/app.js";
import { METHODS } from "../error-table.js";
import { Findings, faultCase } from "../fault-case.js";
import { withBrokenUrls } from "../support/broken-urls.js";
import { LeakSearch } from "../support/leak-search.js";
import { MethodTrials } from "../support/method-trials.js";
import { createStore5 } from "../support/ioredis5.js";
import { withRig } from "../support/rigs.js";
import { PASSWORD, SERVER_FAULTS, type ServerFault } from "../support/server-faults.js";
import { SingleRig } from "../support/single-rig.js";
import { type Settled, Tally } from "../support/tally.js";
import { type Place, open } from "../support/variants.js";

const TIMEOUT_MS = 300;
/** In every id and every payload. */
const MARK = "mARk-";

faultCase("puts no id, payload or password into errors, output or events", run);

async function run() {
  const findings = new Findings();
  const tally = new Tally(2_000);
  const search = new LeakSearch([MARK, PASSWORD]);
  try {
    for (const start of Object.values(SERVER_FAULTS)) {
      const fault = await start();
      await meetAll(fault, tally, search).finally(() => fault.close());
    }
    await withRig(SingleRig.start(), (rig) => meetConnectionFaults(rig, tally, search));
    await meetBrokenUrls(tally, search);
    await withRig(SingleRig.start(), (rig) => refuse(rig, search));
    await withRig(SingleRig.start(), (rig) => logOfApp(rig, search));
  } finally {
    search.stop();
  }
  tally.check(findings);
  findings.expect(search.searched > 500, `only ${search.searched} things were searched`);
  findings.expect(
    search.hits.length === 0,
    `${search.hits.length} hits: ${[...new Set(search.hits)].join("; ")}`,
  );
  const counts = {
    calls: tally.calls,
    "in time": tally.inTime,
    searched: search.searched,
    hits: search.hits.length,
  };
  return { counts, shortfalls: findings.shortfalls };
}

function searchError(search: LeakSearch, what: string, settled: Settled<unknown>): void {
  if ("error" in settled) search.search(`error of ${what}`, settled.error);
}

/** Every method of every kind of store, on servers with an error. */
async function meetAll(fault: ServerFault, tally: Tally, search: LeakSearch): Promise<void> {
  const trials = new MethodTrials(MARK);
  if (fault.data !== undefined) await trials.plant(fault.data, false);
  if (fault.isAtConnect) await fault.begin?.();
  await callAll(fault.places, trials, tally, search, fault.isAtConnect ? undefined : fault.begin);
  await fault.end?.();
}

async function callAll(
  places: Place[],
  trials: MethodTrials,
  tally: Tally,
  search: LeakSearch,
  begin: (() => Promise<unknown>) | undefined,
): Promise<void> {
  const subjects = places.flatMap((place) => open(place, { timeoutMs: TIMEOUT_MS }));
  if (begin !== undefined) {
    await Promise.all(subjects.map(({ store }) => tally.call("ping", () => store.ping())));
    await begin();
  }
  await Promise.all(
    subjects.flatMap(({ store, variant }) =>
      METHODS.map(async (method) => {
        const settled = await tally.call(method, () => trials.call(method, store));
        searchError(search, `${method} (${variant})`, settled);
      }),
    ),
  );
  for (const { store, close } of subjects) {
    search.search("a store", store);
    await close();
  }
}

async function meetConnectionFaults({ place, proxy, server }: SingleRig, tally: Tally, search: LeakSearch) {
  for (const begin of [
    () => proxy.refuse(),
    () => proxy.blackhole(),
    () => proxy.dropReplies(5),
    () => proxy.truncateReply(),
  ]) {
    const trials = new MethodTrials(MARK);
    await trials.plant(server, false);
    await callAll([place], trials, tally, search, async () => begin());
    await proxy.heal();
  }
}

/** Every method of stores that cannot connect: errors, events and warnings say why, without the credentials. */
async function meetBrokenUrls(tally: Tally, search: LeakSearch): Promise<void> {
  const trials = new MethodTrials(MARK);
  await withBrokenUrls(async (urls) => {
    for (const url of urls) {
      const stores = [createStore, createStore5].map((create) => create({ url, timeoutMs: TIMEOUT_MS }));
      await Promise.all(
        stores.flatMap((store) =>
          METHODS.map(async (method) => {
            const settled = await tally.call(method, () => trials.call(method, store));
            searchError(search, `${method} on a store that cannot connect`, settled);
          }),
        ),
      );
      for (const store of stores) {
        search.search("a store", store);
        await store.close();
      }
    }
  });
}

/** What is refused because of what it is, and what is stored and can't be read. */
async function refuse({ place, server }: SingleRig, search: LeakSearch): Promise<void> {
  const store = new RedisStore({ url: place.url, maxPayloadBytes: 1_000 });
  const entry = (data: object) => ({ data: { ...data }, expiresAt: Date.now() + 60_000 });
  const cycle: Record<string, unknown> = { secret: MARK };
  cycle.self = cycle;
  const version = await store.create(`${MARK}a`, entry({ secret: MARK }));
  await store.update(`${MARK}a`, entry({ secret: `${MARK}2` }));
  await server.command("SET", `sess:${MARK}bad`, `{"secret":"${MARK}`);
  const calls: (() => Promise<unknown>)[] = [
    () => store.create(`${MARK}a`, entry({ secret: MARK })),
    () => store.update(`${MARK}a`, entry({ secret: MARK }), { ifVersion: version }),
    () => store.create(`${MARK}large`, entry({ secret: MARK.repeat(1_000) })),
    () => store.create(`${MARK}cycle`, entry(cycle)),
    () => store.create(`${MARK}bigint`, entry({ big: 1n, secret: MARK })),
    () => store.create(`${MARK} with a space`, entry({ secret: MARK })),
    () => store.create(`${MARK}never`, { data: { secret: MARK }, expiresAt: NaN }),
    () => store.get(`${MARK}bad`),
    async () => createStore(`redis://user:${PASSWORD}@host:99999999`),
    async () => createStore(`redis://user:${PASSWORD}@host/database`),
    async () => createStore({ url: `redis://user:${PASSWORD}@host`, timeoutMs: -1 }),
  ];
  for (const call of calls) {
    await call().then(
      () => {},
      (error: unknown) => search.search("error of input that is refused", error),
    );
  }
  await store.close();
  await store.get(`${MARK}a`).catch((error: unknown) => search.search("error of a closed store", error));
}

/** What an app logs by itself when its store fails. */
async function logOfApp({ place, proxy }: SingleRig, search: LeakSearch): Promise<void> {
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => (search.search("an app's log", chunk.toString()), done()),
  });
  const store = new RedisStore({ url: place.url, timeoutMs: TIMEOUT_MS });
  const app = await buildApp({
    store,
    secret: PASSWORD.repeat(5),
    production: false,
    trustProxy: "loopback",
    logger: { level: "trace", stream },
  });
  const login = await app.inject({ url: "/api/auth/login/ann" });
  const [cookie] = login.cookies;
  search.addMark(cookie?.value.split(".")[0] as string);
  proxy.refuse();
  for (let i = 0; i < 3; i++) {
    await app.inject({ url: "/api/auth/info", cookies: { sessionId: cookie?.value ?? "" } });
  }
  await app.close();
  await store.close();
}
