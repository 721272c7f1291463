import type { Bench } from "../bench.js";
import { Child } from "../children/child.js";
import { commandsSent, cpuSeconds } from "../redis-info.js";
import type { Load, LoadRequest } from "./load-process.js";
import type { ServerOptions } from "./server-process.js";
import type { HttpPeerName } from "./stores.js";

export interface Round extends Load {
  cpuMicrosPerRequest: number;
  redisCpuMicrosPerRequest: number;
}
export interface Served {
  peer: HttpPeerName;
  rounds: Round[];
  /** What a request sent to Redis, by name. */
  commandsPerRequest: Record<string, number>;
}

interface Loaded {
  framework: ServerOptions["framework"];
  peers: readonly HttpPeerName[];
  connections: number;
}

const SECONDS = 1;
/** Requests whose commands are counted. */
const COUNTED = 2_000;

/** Loads a server for each peer in turn; each is a process of its own, and so is what loads them. */
export async function loadInTurn({ framework, peers, connections }: Loaded, bench: Bench): Promise<Served[]> {
  const { otherBuild } = bench;
  const load = new Child("http/load-process", {});
  const servers = peers.map((peer, database) => {
    const redisUrl = `${bench.redisUrl}/${database}`;
    const options: ServerOptions = {
      framework,
      peer,
      redisUrl,
      ...(otherBuild !== undefined && { otherBuild }),
    };
    return new Child("http/server-process", options);
  });
  try {
    const urls = (await Promise.all(servers.map((server) => server.next()))) as string[];
    const requests: LoadRequest[] = [];
    for (const [i, url] of urls.entries()) {
      const cookies =
        peers[i] === "bare" ? Array<string>(connections).fill("") : await logIn(url, connections);
      requests.push({ url: `${url}/me`, cookies, seconds: SECONDS });
    }
    const played = peers.map((peer): Served => ({ peer, rounds: [], commandsPerRequest: {} }));
    for (const [i, each] of played.entries()) {
      await load.ask(requests[i]!); // warms up
      each.commandsPerRequest = await countCommands(load, requests[i]!, i, bench);
    }
    for (let round = 0; round < bench.longRounds; round++) {
      bench.log(`${framework}, round ${round + 1}`);
      for (const [i, server] of servers.entries()) {
        played[i]!.rounds.push(await timed(server, load, requests[i]!, bench));
      }
    }
    return played;
  } finally {
    await Promise.all([load, ...servers].map((child) => child.end()));
  }
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

async function logIn(url: string, times: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: times }, async () => {
      const { headers } = await fetch(`${url}/login`, { method: "POST" });
      return headers.getSetCookie()[0]!.split(";")[0]!;
    }),
  );
}
