import type { Bench } from "../bench.js";
import { Child } from "../children/child.js";
import { commandsSent, cpuSeconds } from "../redis-info.js";
import { ACTIONS, type ActionName } from "./actions.js";
import type { Load, LoadRequest } from "./load-process.js";
import type { ServerOptions } from "./server-process.js";
import type { Framework } from "./servers/index.js";

export interface Round extends Load {
  cpuMicrosPerRequest: number;
  redisCpuMicrosPerRequest: number;
}
export interface Served {
  peer: string;
  rounds: Round[];
  /** Commands that a request sent to Redis, by name. */
  commandsPerRequest: Record<string, number>;
}

interface Loaded {
  framework: Framework;
  peers: readonly string[];
  actions: readonly ActionName[];
  connections: number;
}

const SECONDS = 0.5;
/** Requests before anything is timed: with fewer, the compiler is still at work. */
const WARM_UP = 10_000;
/** Requests whose commands are counted. */
const COUNTED = 2_000;

/**
 * Loads a server for each peer in turn, action by action; each server is a process of its own, and so is what loads
 * them.
 */
export async function loadInTurn(
  { framework, peers, actions, connections }: Loaded,
  bench: Bench,
): Promise<Map<ActionName, Served[]>> {
  const load = new Child("http/load-process", {});
  const servers = peers.map((peer, database) => startServer(framework, peer, database, bench));
  try {
    const urls = (await Promise.all(servers.map((server) => server.next()))) as string[];
    const cookies: string[][] = [];
    for (const url of urls) cookies.push(await logIn(url, connections));
    const played = new Map<ActionName, Served[]>();
    for (const action of actions) {
      const { method, path, isLoggedIn } = ACTIONS[action];
      const none = Array<string>(connections).fill("");
      const requests = urls.map((url, i): LoadRequest => ({
        url: url + path,
        method,
        cookies: isLoggedIn ? cookies[i]! : none,
        seconds: SECONDS,
      }));
      bench.log(`${framework}, ${action}`);
      const served: Served[] = [];
      for (const [i, peer] of peers.entries()) {
        await load.ask({ ...requests[i]!, requests: WARM_UP });
        const commandsPerRequest = await countCommands(load, requests[i]!, i, bench);
        served.push({ peer, rounds: [], commandsPerRequest });
      }
      for (let round = 0; round < bench.longRounds; round++) {
        for (const [i, server] of servers.entries())
          served[i]!.rounds.push(await timed(server, load, requests[i]!, bench));
      }
      played.set(action, served);
    }
    return played;
  } finally {
    await Promise.all([load, ...servers].map((child) => child.end()));
  }
}

function startServer(framework: Framework, peer: string, database: number, bench: Bench): Child {
  const { otherBuild } = bench;
  const options: ServerOptions = {
    framework,
    peer,
    redisUrl: `${bench.redisUrl}/${database}`,
    ...(otherBuild !== undefined && { otherBuild }),
  };
  return new Child("http/server-process", options);
}

async function timed(server: Child, load: Child, request: LoadRequest, { admin }: Bench): Promise<Round> {
  const cpuBefore = (await server.ask({})) as number;
  const redisBefore = await cpuSeconds(admin);
  const loaded = (await load.ask(request)) as Load;
  const cpu = ((await server.ask({})) as number) - cpuBefore;
  const redisCpu = ((await cpuSeconds(admin)) - redisBefore) * 1e6;
  return {
    ...loaded,
    cpuMicrosPerRequest: cpu / loaded.requests,
    redisCpuMicrosPerRequest: redisCpu / loaded.requests,
  };
}

async function countCommands(
  load: Child,
  request: LoadRequest,
  database: number,
  { admin }: Bench,
): Promise<Record<string, number>> {
  // As many as are asked for: at the end of a time, some are sent and not counted.
  const sent = await commandsSent(admin, database, () => load.ask({ ...request, requests: COUNTED }));
  return Object.fromEntries(Object.entries(sent).map(([name, count]) => [name, count / COUNTED]));
}

/**
 * Logs in so many users, one after the other: a server that has just started is slow.
 * @returns their cookies, which are empty for a server without sessions.
 */
async function logIn(url: string, times: number): Promise<string[]> {
  const cookies: string[] = [];
  while (cookies.length < times) {
    const response = await fetch(`${url}/login`, { method: "POST" });
    if (!response.ok) throw new Error(`a login was answered with ${response.status}`);
    await response.text();
    const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]!);
    cookies.push(pairs.join("; ")); // koa-session signs its cookie in a second one
  }
  return cookies;
}
