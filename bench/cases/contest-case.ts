import { type Bench, type Case, type Check, type Outcome, atLeast, chosen } from "../bench.js";
import { contest, type Contest, type Standing } from "../contest/contest.js";
import { LABELS, type PeerName } from "../peers/index.js";
import { linePlot } from "../report/plot.js";
import { table, times, whole } from "../report/table.js";
import { type Size } from "../sessions.js";

/** A ratio that was promised against one peer, at sessions of 600 bytes. */
export interface Promised {
  peer: PeerName;
  inFlight: number[];
  ratio: number;
}

export interface ContestCase extends Omit<Contest, "sizes"> {
  name: string;
  title: string;
  promised: Promised[];
  /** The file name of a plot of throughput by calls in flight. */
  plot?: string;
}

/** Calls per second of one operation, for each size and number of calls in flight. */
export function contestCase({ name, title, promised, plot, ...options }: ContestCase): Case {
  return {
    name,
    title,
    peers: options.peers,
    async run(bench: Bench): Promise<Outcome> {
      const sizes: Size[] = bench.isQuick ? ["600 B"] : ["600 B", "8 KB"];
      const standings = await contest({ ...options, sizes, peers: chosen(options.peers, bench) }, bench);
      return {
        markdown: markdownOf(standings),
        data: standings,
        checks: promised.flatMap((each) => checksOf(title, each, standings)),
        ...(plot !== undefined && { plots: { [plot]: plotOf(title, standings) } }),
      };
    },
  };
}

function markdownOf(standings: Standing[]): string {
  const peers = [...new Set(standings.map((each) => each.peer))];
  const lines = new Map<string, Standing[]>();
  for (const each of standings) {
    const line = `${each.size}, ${each.inFlight} in flight`;
    lines.set(line, [...(lines.get(line) ?? []), each]);
  }
  const labels = peers.map((peer) => LABELS[peer]);
  const rowsOf = (cell: (standing: Standing, i: number) => string) =>
    [...lines].map(([line, each]) => [line, ...each.map(cell)]);
  const speeds = rowsOf(
    ({ callsPerSecond, ratio }, i) => whole(callsPerSecond) + (i > 0 ? ` (${times(ratio)})` : ""),
  );
  const costs = rowsOf(({ cpuMicrosPerCall, redisCpuMicrosPerCall }) =>
    [cpuMicrosPerCall, ...(redisCpuMicrosPerCall > 0.1 ? [redisCpuMicrosPerCall] : [])]
      .map((micros) => micros.toFixed(1))
      .join(" + "),
  );
  return [
    table(["calls per second (ours to theirs)", ...labels], speeds),
    table(["processor time per call, µs: client + Redis", ...labels], costs),
  ].join("\n\n");
}

function checksOf(title: string, { peer, inFlight, ratio }: Promised, standings: Standing[]): Check[] {
  return standings
    .filter((each) => each.peer === peer && each.size === "600 B" && inFlight.includes(each.inFlight))
    .map((each) => atLeast(`${title}, ${each.inFlight} in flight, to ${LABELS[peer]}`, ratio, each.ratio));
}

function plotOf(title: string, standings: Standing[]): string {
  const points = standings
    .filter(({ size }) => size === "600 B")
    .map(({ peer, inFlight, callsPerSecond }) => ({ x: inFlight, y: callsPerSecond, series: LABELS[peer] }));
  return linePlot(points, {
    title: `${title}, 600 B`,
    x: "calls in flight",
    y: "calls per second",
    isStepped: true,
  });
}
