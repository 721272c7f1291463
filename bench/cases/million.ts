import { type Bench, type Case, type Check, type Outcome, atMost } from "../bench.js";
import { Child } from "../children/child.js";
import { fill } from "../million/fill.js";
import type { MillionOptions, Walked, WalkRequest } from "../million/million-process.js";
import { megabytes, table, whole } from "../report/table.js";
import { median } from "../statistics.js";

const PEERS = ["sessionary", "connect-redis10"] as const;
const LABELS = { sessionary: "sessionary", "connect-redis10": "connect-redis 10 + node-redis" };
const WALKS = ["count", "ids", "clear"] as const;
/** What the client may hold more while it walks: a page or two, and what the engine itself takes. */
const FLAT_MB = 10;

interface Row {
  peer: (typeof PEERS)[number];
  walk: (typeof WALKS)[number];
  tookMs: number;
  heldBytes: number;
  usualP99Ms: number;
  besideP99Ms: number;
}

/** `count`, a full `ids()` and `clear` over a million sessions: what the client holds, and gets beside them. */
export const million: Case = {
  name: "million",
  title: "a million sessions in Redis",
  peers: PEERS,
  async run(bench: Bench): Promise<Outcome> {
    const sessions = bench.isQuick ? 50_000 : 1_000_000;
    const rows: Row[] = [];
    for (const peer of PEERS.filter(
      (name) => name === "sessionary" || (bench.peers?.includes(name) ?? true),
    )) {
      rows.push(...(await walkAll(peer, sessions, bench)));
    }
    return {
      markdown: `${whole(sessions)} sessions of 600 bytes.\n\n${table(
        ["walk", "took", "client holds at most", "p99 of a get beside it", "its usual p99"],
        rows.map(({ peer, walk, tookMs, heldBytes, besideP99Ms, usualP99Ms }) => [
          `${LABELS[peer]}, ${walk}`,
          `${whole(tookMs)} ms`,
          megabytes(heldBytes),
          `${besideP99Ms.toFixed(2)} ms`,
          `${usualP99Ms.toFixed(2)} ms`,
        ]),
      )}`,
      data: { sessions, rows },
      checks: rows.filter(({ peer }) => peer === "sessionary").flatMap(checksOf),
    };
  },
};

function checksOf({ walk, heldBytes, besideP99Ms, usualP99Ms }: Row): Check[] {
  return [
    atMost(`a million sessions, ${walk}: more memory in the client`, FLAT_MB, heldBytes / 1e6, "MB"),
    atMost(`a million sessions, p99 of a get beside ${walk}`, 2, besideP99Ms / usualP99Ms, "x its usual"),
  ];
}

async function walkAll(peer: Row["peer"], sessions: number, bench: Bench): Promise<Row[]> {
  const { admin, redisUrl } = bench;
  const options: MillionOptions = { peer, redisUrl, sessions };
  await admin.flushall();
  await fill(admin, sessions);
  const child = new Child("million/million-process", options, ["--expose-gc"]);
  const ask = async (walk: WalkRequest["walk"], measures: WalkRequest["measures"]): Promise<Walked> => {
    bench.log(`${peer}, ${walk}, ${measures}`);
    return (await child.ask({ walk, measures, forMs: 1_000 } satisfies WalkRequest)) as Walked;
  };
  try {
    await child.next();
    await ask("none", "gets"); // warms up
    const rows: Row[] = [];
    for (const walk of WALKS) {
      const { heldBytes, sessions: walked } = await ask(walk, "memory");
      if (walk !== "clear" && walked !== sessions) throw new Error(`${peer} ${walk} gave ${walked} sessions`);
      const beside: Walked[] = [];
      const usual: Walked[] = [];
      for (let round = 0; round < bench.longRounds; round++) {
        if (walk === "clear") await fill(admin, sessions);
        usual.push(await ask("none", "gets"));
        beside.push(await ask(walk, "gets"));
        if (walk === "clear" && (await admin.dbsize()) > 0) throw new Error(`${peer} clear left sessions`);
      }
      rows.push({
        peer,
        walk,
        heldBytes,
        tookMs: median(beside.map(({ tookMs }) => tookMs)),
        besideP99Ms: median(beside.map(({ getP99Ms }) => getP99Ms)),
        usualP99Ms: median(usual.map(({ getP99Ms }) => getP99Ms)),
      });
    }
    return rows;
  } finally {
    await child.end();
  }
}
