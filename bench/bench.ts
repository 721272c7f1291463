import type { Redis } from "ioredis";

/** What a case is given to run with. */
export interface Bench {
  /** This run's redis-server, which has nothing else to do, and a connection to look at it. */
  redisUrl: string;
  admin: Redis;
  /** Timed rounds of each peer: short and many, so that what else the machine does meets few of them. */
  rounds: number;
  roundMs: number;
  /** Before the first timed round. */
  warmUpMs: number;
  /** The same for what takes seconds; at least five in a full run. */
  longRounds: number;
  isQuick: boolean;
  /** The peers asked for, or `undefined` for all. Ours always take part. */
  peers?: readonly string[];
  /** Requests of the http cases that were asked for, or `undefined` for all. */
  actions?: readonly string[];
  /** The `dist` of another build of sessionary, to time beside this one. */
  otherBuild?: string;
  log(line: string): void;
}

/** What a case has to say. */
export interface Outcome {
  /** A table, for people. */
  markdown: string;
  /** The figures, for programs. */
  data: unknown;
  checks: Check[];
  /** SVG files by name. */
  plots?: Record<string, string>;
}

/** What was promised of a figure, and what was measured. */
export interface Check {
  what: string;
  target: string;
  measured: string;
  isMet: boolean;
}

export interface Case {
  /** For `--case`. */
  name: string;
  title: string;
  /** Of its own peers. */
  peers: readonly string[];
  run(bench: Bench): Promise<Outcome>;
}

/** Ours, the other build when there is one, and of the rest those that were asked for. */
export function chosen<P extends string>(peers: readonly P[], { peers: wanted, otherBuild }: Bench): P[] {
  return peers.filter((peer) => {
    if (peer.endsWith("-other")) return otherBuild !== undefined;
    return peer.startsWith("sessionary") || wanted === undefined || wanted.includes(peer);
  });
}

export function atLeast(what: string, target: number, measured: number): Check {
  return {
    what,
    target: `≥ ${target} x`,
    measured: `${measured.toFixed(2)} x`,
    isMet: measured >= target,
  };
}

export function atMost(what: string, target: number, measured: number, unit: string): Check {
  return {
    what,
    target: `≤ ${target} ${unit}`,
    measured: `${Number(measured.toPrecision(3))} ${unit}`,
    isMet: measured <= target,
  };
}
