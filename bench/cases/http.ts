import { type Bench, type Case, type Outcome, atLeast, atMost, chosen } from "../bench.js";
import { type Round, type Served, loadInTurn } from "../http/load-in-turn.js";
import type { ServerOptions } from "../http/server-process.js";
import { HTTP_PEERS, type HttpPeerName } from "../http/stores.js";
import { table, times, whole } from "../report/table.js";
import { median } from "../statistics.js";

const CONNECTIONS = 50;
const LABELS: Record<HttpPeerName, string> = {
  sessionary: "sessionary",
  "sessionary-other": "sessionary, other build",
  "connect-redis10": "connect-redis 10 + node-redis",
  "connect-redis8": "connect-redis 8 + ioredis",
  bare: "no sessions at all",
};
const HEAD = [
  "store",
  "requests/s",
  "ours to it",
  "processor: server + Redis",
  "p99",
  "sent to Redis per request",
];

export const httpFastify = httpCase("fastify", "@fastify/session", 1.25);
export const httpExpress = httpCase("express", "express-session", 1.1);

interface Line {
  peer: HttpPeerName;
  requestsPerSecond: number;
  /** Ours to this one. */
  ratio: number;
  p99Ms: number;
  cpuMicrosPerRequest: number;
  redisCpuMicrosPerRequest: number;
  commandsPerRequest: Record<string, number>;
}

/** A logged-in read-only request over 50 connections. */
function httpCase(framework: ServerOptions["framework"], plugin: string, promised: number): Case {
  return {
    name: `http-${framework}`,
    title: `HTTP through ${plugin}: a logged-in read-only request, ${CONNECTIONS} connections`,
    peers: HTTP_PEERS,
    async run(bench: Bench): Promise<Outcome> {
      const peers = chosen(HTTP_PEERS, bench);
      const served = await loadInTurn({ framework, peers, connections: CONNECTIONS }, bench);
      const data = served.map((each) => lineOf(each, served[0]!));
      const peer = data.find((each) => each.peer === "connect-redis10");
      return {
        markdown: table(HEAD, data.map(cells)),
        data,
        checks: [
          ...(peer ? [atLeast(`${plugin}, requests/s to ${LABELS[peer.peer]}`, promised, peer.ratio)] : []),
          atMost(`${plugin}, commands per request`, 1, sum(data[0]!.commandsPerRequest), "sent to Redis"),
        ],
      };
    },
  };
}

function lineOf({ peer, rounds, commandsPerRequest }: Served, ours: Served): Line {
  const ratios = rounds.map((each, i) => ours.rounds[i]!.requestsPerSecond / each.requestsPerSecond);
  const medianOf = (figure: keyof Round) => median(rounds.map((round) => round[figure]));
  return {
    peer,
    requestsPerSecond: medianOf("requestsPerSecond"),
    ratio: median(ratios),
    p99Ms: medianOf("p99Ms"),
    cpuMicrosPerRequest: medianOf("cpuMicrosPerRequest"),
    redisCpuMicrosPerRequest: medianOf("redisCpuMicrosPerRequest"),
    commandsPerRequest,
  };
}

function cells(line: Line): string[] {
  const commands = Object.entries(line.commandsPerRequest).map(
    ([name, count]) => `${count.toFixed(2)} ${name}`,
  );
  return [
    LABELS[line.peer],
    whole(line.requestsPerSecond),
    times(line.ratio),
    `${whole(line.cpuMicrosPerRequest)} + ${whole(line.redisCpuMicrosPerRequest)} µs`,
    `${line.p99Ms} ms`,
    commands.join(", ") || "nothing",
  ];
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}
