import { type Bench, type Case, type Check, type Outcome, atLeast, atMost, chosen } from "../bench.js";
import { ACTIONS, type ActionName } from "../http/actions.js";
import { type Round, type Served, loadInTurn } from "../http/load-in-turn.js";
import { type Framework, SERVERS } from "../http/servers/index.js";
import { table, times, whole } from "../report/table.js";
import { median } from "../statistics.js";

const CONNECTIONS = 50;
const EVERY_ACTION = Object.keys(ACTIONS) as ActionName[];
/** Session packages whose adapter is measured. */
const PACKAGES: Partial<Record<Framework, string>> = {
  fastify: "@fastify/session",
  express: "express-session",
  koa: "koa-session",
};

/** What was promised of the requests per second of one peer, as a part of those of another. */
interface Target {
  action: ActionName;
  peer?: string;
  to: string;
  ratio: number;
}
const ANONYMOUS: Target = { action: "anonymous", to: "bare", ratio: 0.9 };

export const HTTP_CASES: readonly Case[] = [
  httpCase("node", [ANONYMOUS]),
  httpCase("fastify", [
    ANONYMOUS,
    { action: "read", to: "connect-redis10", ratio: 3 },
    { action: "read", to: "bare", ratio: 0.5 },
    { action: "write", to: "connect-redis10", ratio: 2 },
    { action: "read", peer: "sessionary-adapter", to: "connect-redis10", ratio: 1.25 },
  ]),
  httpCase("express", [
    ANONYMOUS,
    { action: "read", to: "connect-redis10", ratio: 1.6 },
    { action: "read", to: "bare", ratio: 0.8 },
    { action: "read", peer: "sessionary-adapter", to: "connect-redis10", ratio: 1.1 },
  ]),
  httpCase("koa", [ANONYMOUS]),
  httpCase("hono", [ANONYMOUS]),
];

interface Line {
  peer: string;
  requestsPerSecond: number;
  /** Requests per second of each of our peers, as a part of this one's. */
  ratios: Record<string, number>;
  /** Requests per second of the server's processor time: the same, on a machine that is busy with other work. */
  cpuRatios: Record<string, number>;
  p99Ms: number;
  cpuMicrosPerRequest: number;
  redisCpuMicrosPerRequest: number;
  commandsPerRequest: Record<string, number>;
}

/** Requests through one framework, over 50 connections. */
function httpCase(framework: Framework, targets: readonly Target[]): Case {
  const peers = Object.keys(SERVERS[framework]);
  return {
    name: `http-${framework}`,
    title: `HTTP: ${framework === "node" ? "node:http" : framework}, ${CONNECTIONS} connections`,
    peers,
    async run(bench: Bench): Promise<Outcome> {
      const actions = EVERY_ACTION.filter((action) => bench.actions?.includes(action) ?? true);
      const wanted = { framework, peers: chosen(peers, bench), actions, connections: CONNECTIONS };
      const played = [...(await loadInTurn(wanted, bench))].map(
        ([action, served]) => [action, linesOf(served)] as const,
      );
      return {
        markdown: played.map(([action, lines]) => markdownOf(framework, action, lines)).join("\n\n"),
        data: Object.fromEntries(played),
        checks: played.flatMap(([action, lines]) => checksOf(framework, action, lines, targets)),
      };
    },
  };
}

function linesOf(served: readonly Served[]): Line[] {
  const own = served.filter(({ peer }) => isOurs(peer));
  return served.map(({ peer, rounds, commandsPerRequest }) => {
    const medianOf = (figure: keyof Round) => median(rounds.map((round) => round[figure]));
    const ratiosOf = (ratio: (ours: Round, theirs: Round) => number) =>
      Object.fromEntries(
        own.map((ours) => [ours.peer, median(rounds.map((theirs, i) => ratio(ours.rounds[i]!, theirs)))]),
      );
    return {
      peer,
      requestsPerSecond: medianOf("requestsPerSecond"),
      ratios: ratiosOf((ours, theirs) => ours.requestsPerSecond / theirs.requestsPerSecond),
      cpuRatios: ratiosOf((ours, theirs) => theirs.cpuMicrosPerRequest / ours.cpuMicrosPerRequest),
      p99Ms: medianOf("p99Ms"),
      cpuMicrosPerRequest: medianOf("cpuMicrosPerRequest"),
      redisCpuMicrosPerRequest: medianOf("redisCpuMicrosPerRequest"),
      commandsPerRequest,
    };
  });
}

function isOurs(peer: string): boolean {
  return peer.startsWith("sessionary") && !peer.endsWith("-other");
}

function checksOf(
  framework: Framework,
  action: ActionName,
  lines: readonly Line[],
  targets: readonly Target[],
): Check[] {
  const reached = targets.flatMap(({ action: where, peer = "sessionary", to, ratio }) => {
    const line = lines.find((each) => each.peer === to);
    if (where !== action || line === undefined) return [];
    const what = `${framework}, ${action}: ${labelOf(framework, peer)}, requests/s to ${labelOf(framework, to)}`;
    return [atLeast(what, ratio, line.ratios[peer]!)];
  });
  const limit = { anonymous: 0, read: 1 }[action as string];
  if (limit === undefined) return reached;
  const commands = lines
    .filter(({ peer }) => isOurs(peer))
    .map(({ peer, commandsPerRequest }) => {
      const what = `${framework}, ${action}: ${labelOf(framework, peer)}, commands per request`;
      return atMost(what, limit, sum(commandsPerRequest), "sent to Redis");
    });
  return [...reached, ...commands];
}

function markdownOf(framework: Framework, action: ActionName, lines: readonly Line[]): string {
  const ours = Object.keys(lines[0]!.ratios);
  const ratioHeads = ours.map((peer) => `${labelOf(framework, peer)} to it (per processor time)`);
  const head = ["sessions", "requests/s", ...ratioHeads, "processor: server + Redis", "p99", "sent to Redis"];
  const rows = lines.map((line) => [
    labelOf(framework, line.peer),
    whole(line.requestsPerSecond),
    ...ours.map((peer) => `${times(line.ratios[peer]!)} (${line.cpuRatios[peer]!.toFixed(2)})`),
    `${whole(line.cpuMicrosPerRequest)} + ${whole(line.redisCpuMicrosPerRequest)} µs`,
    `${line.p99Ms} ms`,
    commandsOf(line) || "nothing",
  ]);
  return `#### ${framework}: ${ACTIONS[action].title}\n\n${table(head, rows)}`;
}

function labelOf(framework: Framework, peer: string): string {
  const plugin = PACKAGES[framework];
  const labels: Record<string, string> = {
    sessionary: "createSessions",
    "sessionary-adapter": `${plugin} with sessionary`,
    "sessionary-adapter-other": `${plugin} with sessionary, other build`,
    "connect-redis10": `${plugin} with connect-redis 10`,
    "connect-redis8": `${plugin} with connect-redis 8`,
    "koa-session": "koa-session with ioredis and JSON",
    "hono-sessions": "hono-sessions with ioredis and JSON",
    "iron-session": "iron-session, in the cookie alone",
    bare: "no sessions at all",
  };
  return labels[peer] ?? peer;
}

function commandsOf({ commandsPerRequest }: Line): string {
  return Object.entries(commandsPerRequest)
    .map(([name, count]) => `${count.toFixed(2)} ${name}`)
    .join(", ");
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}
