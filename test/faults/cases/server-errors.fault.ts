import { waitUntil } from "../../support/wait-until.js";
import { type Cell, ERROR_TABLE, METHODS, type Method, type Row } from "../error-table.js";
import { Findings, faultCase } from "../fault-case.js";
import { CLEARED, MethodTrials, cellOf } from "../support/method-trials.js";
import { withRig } from "../support/rigs.js";
import { SERVER_FAULTS, type ServerFault } from "../support/server-faults.js";
import { baseCounts, Tally } from "../support/tally.js";
import { type Subject, open } from "../support/variants.js";

const TIMEOUT_MS = 400;
const LONGEST_MS = 2_000;

for (const [name, row] of Object.entries(ERROR_TABLE)) {
  faultCase(`handles the error ${name} in every method`, () => run(name, row));
}

async function run(name: string, row: Row) {
  const findings = new Findings();
  const tally = new Tally(LONGEST_MS);
  const start = SERVER_FAULTS[name];
  if (start === undefined) throw new Error(`no server fault causes ${name}`);
  const answers = await withRig(start(), (fault) => meet(name, row, fault, tally, findings));
  tally.check(findings);
  return { counts: { ...baseCounts([tally], 0, 0), answers }, shortfalls: findings.shortfalls };
}

/** A store, one with another prefix to be cleared, and what is stored for them. */
interface Pair {
  subject: Subject;
  cleared: Subject;
  trials: MethodTrials;
}

/** @returns how many answers were looked at */
async function meet(
  name: string,
  row: Row,
  fault: ServerFault,
  tally: Tally,
  findings: Findings,
): Promise<number> {
  let pairs: Pair[] = [];
  if (fault.isAtConnect) await fault.begin?.();
  try {
    pairs = await prepare(name, fault);
    if (!fault.isAtConnect) await fault.begin?.();
    await Promise.all(
      pairs.flatMap((pair) => METHODS.map((method) => tryOne(name, row, method, pair, tally, findings))),
    );
    await fault.end?.();
    for (const pair of pairs) await compare(name, row, pair, fault, findings);
    return pairs.length * METHODS.length;
  } finally {
    await Promise.all(pairs.flatMap(({ subject, cleared }) => [subject.close(), cleared.close()]));
  }
}

async function prepare(name: string, fault: ServerFault): Promise<Pair[]> {
  const { places, data, isAtConnect, timeoutMs = TIMEOUT_MS } = fault;
  const subjects = places.flatMap((place) => open(place, { timeoutMs }));
  const cleared = places.flatMap((place) => open(place, { timeoutMs, prefix: CLEARED }));
  const pairs = subjects.map((subject, i) => ({
    subject,
    cleared: cleared[i] as Subject,
    trials: new MethodTrials(),
  }));
  if (data !== undefined) for (const { trials } of pairs) await trials.plant(data, name === "WRONGTYPE");
  if (isAtConnect) return pairs;
  const connected = ({ store }: Subject) =>
    waitUntil(`a store is connected (${name})`, () => store.ping().then(() => true));
  await Promise.all([...subjects, ...cleared].map(connected));
  return pairs;
}

async function tryOne(
  name: string,
  row: Row,
  method: Method,
  { subject, cleared, trials }: Pair,
  tally: Tally,
  findings: Findings,
) {
  const { store } = method === "clear" ? cleared : subject;
  const cell = cellOf(await tally.call(method, () => trials.call(method, store)));
  const holds = accepted(name, row[method], subject).includes(cell);
  findings.expect(holds, `${name}, ${method}: ${cell} instead of ${row[method]} (${subject.variant})`);
}

function accepted(name: string, cell: Cell, { mode, owned, variant }: Subject): string[] {
  if (cell === "scripts") return [cell, "works"]; // a server with SET … IFEQ needs none
  // Writes of one turn are a script, which a replica without a master answers with MASTERDOWN.
  if (name === "MASTERDOWN" && cell === "readonly") return [cell, "loading"];
  // Connects without a password. Redis closes the connection at a longer command, and other calls are lost with it.
  if (name === "NOAUTH" && variant.endsWith("node-redis 5"))
    return [cell, "connection", "connection, unknown"];
  if (mode !== "cluster" || cell !== "cluster-down") return [cell];
  // From 6 on ioredis follows a node that points at itself by a new connection: a loss, as far as we can see.
  if (name === "MOVED loop") return [cell, `${cell}, unknown`, "timeout", "timeout, unknown"];
  // A Cluster with ioredis's defaults tries again for longer than the deadline.
  return owned ? [cell] : [cell, "timeout", "timeout, unknown"];
}

/** What was said not to be applied must not be. */
async function compare(
  name: string,
  row: Row,
  { subject, trials }: Pair,
  { data }: ServerFault,
  findings: Findings,
) {
  if (!data?.isUp || name === "WRONGTYPE") return;
  for (const method of METHODS) {
    const writes = !["get", "getMany", "ids", "count", "ping"].includes(method);
    if (!writes || row[method] === "works") continue;
    const holds = await trials.isAsPlanted(method, data);
    findings.expect(holds, `${name}, ${method}: it was applied (${subject.variant})`);
  }
}
