import { type Bench, type Case, type Outcome, atMost, chosen } from "../bench.js";
import { Child } from "../children/child.js";
import type { BytesOptions } from "../memory/bytes-process.js";
import { LABELS, type PeerName } from "../peers/index.js";
import { table, whole } from "../report/table.js";
import { SIZES } from "../sessions.js";
import { median } from "../statistics.js";

const PEERS: PeerName[] = ["sessionary-memory", "memorystore", "express-memory", "lru-cache"];

/** What a session takes in memory, ids and bookkeeping included, after a full garbage collection. */
export const memoryBytes: Case = {
  name: "memory-bytes",
  title: "MemoryStore, memory for each session",
  peers: PEERS,
  async run(bench: Bench): Promise<Outcome> {
    const sessions = bench.isQuick ? 10_000 : 100_000;
    const peers = chosen(PEERS, bench);
    const taken = new Map<PeerName, number[]>(peers.map((peer) => [peer, []]));
    for (let round = 0; round < bench.longRounds; round++) {
      for (const peer of peers)
        taken.get(peer)!.push(await measure({ peer, sessions, bytes: SIZES["600 B"] }));
    }
    const data = peers.map((peer) => ({ peer, bytesPerSession: median(taken.get(peer)!) }));
    const theirs = data.find(({ peer }) => peer === "memorystore")?.bytesPerSession;
    return {
      markdown: `${whole(sessions)} sessions of 600 bytes.\n\n${table(
        ["store", "bytes per session"],
        data.map(({ peer, bytesPerSession }) => [LABELS[peer], whole(bytesPerSession)]),
      )}`,
      data,
      checks:
        theirs === undefined
          ? []
          : [atMost("MemoryStore, memory to memorystore", 1, data[0]!.bytesPerSession / theirs, "x")],
    };
  },
};

async function measure(options: BytesOptions): Promise<number> {
  const child = new Child("memory/bytes-process", options, ["--expose-gc"]);
  const bytes = (await child.next()) as number;
  await child.end();
  return bytes;
}
