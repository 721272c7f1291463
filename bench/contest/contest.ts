import { Child } from "../children/child.js";
import type { PeerName } from "../peers/index.js";
import type { Operation } from "../peers/peer.js";
import type { Bench } from "../bench.js";
import { cpuSeconds } from "../redis-info.js";
import { SIZES, type Size } from "../sessions.js";
import { median, quantile } from "../statistics.js";
import type { PeerProcessOptions, RoundRequest } from "./peer-process.js";

export interface Contest {
  operation: Operation;
  /** Ours first. */
  peers: PeerName[];
  sizes: Size[];
  inFlight: number[];
}

/** One peer at one size and number of calls in flight; each figure is the median of the rounds. */
export interface Standing {
  peer: PeerName;
  size: Size;
  inFlight: number;
  callsPerSecond: number;
  /** What the peer's process, and what redis-server, used of the processor. */
  cpuMicrosPerCall: number;
  redisCpuMicrosPerCall: number;
  /** Ours to this one, of rounds that ran one after the other; and where the middle half of them lies. */
  ratio: number;
  ratioQuartiles: [number, number];
}

interface Round {
  callsPerSecond: number;
  cpuMicrosPerCall: number;
  redisCpuMicrosPerCall: number;
}

/** Times the peers in turn, A B C A B C …, each in a process of its own. */
export async function contest(contest: Contest, bench: Bench): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const size of contest.sizes) {
    await bench.admin.flushall();
    const children = contest.peers.map((peer, database) => {
      const redisUrl = `${bench.redisUrl}/${database}`;
      const { otherBuild } = bench;
      const options = { peer, bytes: SIZES[size], redisUrl, ...(otherBuild !== undefined && { otherBuild }) };
      return new Child("contest/peer-process", options satisfies PeerProcessOptions);
    });
    try {
      await Promise.all(children.map((child) => child.next()));
      for (const inFlight of contest.inFlight) {
        bench.log(`${contest.operation}, ${size}, ${inFlight} in flight`);
        const request = { operation: contest.operation, inFlight, forMs: bench.roundMs };
        const played = await inTurn(children, request, bench);
        standings.push(
          ...played.map((rounds, i) => standing(contest.peers[i]!, size, inFlight, played[0]!, rounds)),
        );
      }
    } finally {
      await Promise.all(children.map((child) => child.end()));
    }
  }
  return standings;
}

async function inTurn(children: Child[], request: RoundRequest, bench: Bench): Promise<Round[][]> {
  for (const child of children) await child.ask({ ...request, forMs: bench.warmUpMs });
  const played: Round[][] = children.map(() => []);
  for (let round = 0; round < bench.rounds; round++) {
    for (const [i, child] of children.entries()) played[i]!.push(await timed(child, request, bench));
  }
  return played;
}

async function timed(child: Child, request: RoundRequest, { admin }: Bench): Promise<Round> {
  const before = await cpuSeconds(admin);
  const round = (await child.ask(request)) as Omit<Round, "redisCpuMicrosPerCall">;
  const calls = (round.callsPerSecond * request.forMs) / 1_000;
  return { ...round, redisCpuMicrosPerCall: (((await cpuSeconds(admin)) - before) * 1e6) / calls };
}

function standing(peer: PeerName, size: Size, inFlight: number, ours: Round[], theirs: Round[]): Standing {
  const ratios = ours.map((each, round) => each.callsPerSecond / theirs[round]!.callsPerSecond);
  return {
    peer,
    size,
    inFlight,
    callsPerSecond: median(theirs.map((round) => round.callsPerSecond)),
    cpuMicrosPerCall: median(theirs.map((round) => round.cpuMicrosPerCall)),
    redisCpuMicrosPerCall: median(theirs.map((round) => round.redisCpuMicrosPerCall)),
    ratio: median(ratios),
    ratioQuartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}
