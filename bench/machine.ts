import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type as system } from "node:os";
import { REDIS_SERVER } from "../test/support/redis-server.js";

/** What the figures were measured on and with. */
export interface Machine {
  processor: string;
  cores: number;
  memory: string;
  system: string;
  node: string;
  redisServer: string;
  packages: Record<string, string>;
}

const PACKAGES = [
  "ioredis",
  "ioredis5",
  "redis",
  "connect-redis8",
  "connect-redis10",
  "memorystore",
  "lru-cache",
  "express",
  "express-session",
  "fastify",
  "@fastify/session",
  "autocannon",
];

export function machine(): Machine {
  const redis = spawnSync(REDIS_SERVER, ["--version"], { encoding: "utf8" }).stdout;
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${system()} ${release().split("-")[0]}`,
    node: process.version,
    redisServer: /v=(\S+)/.exec(redis)?.[1] ?? "unknown",
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

/** `memorystore 1.6.8, …` in one line. */
export function describe({ processor, cores, memory, system, node, redisServer, packages }: Machine): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return (
    `${processor}, ${cores} cores, ${memory}, ${system}; Node ${node}, redis-server ${redisServer}; ` +
    versions.join(", ")
  );
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
