import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import { freePort } from "./free-port.js";
import { Undertaker } from "./undertaker.js";

export interface StartRedisOptions {
  /** Arguments after the configuration file: `["--maxmemory", "10mb"]`. */
  args?: string[];
  /** Lines of redis.conf, added to a configuration without persistence: `["appendonly yes"]`. */
  config?: string[];
}

/**
 * Starts a real redis-server on a free loopback port, in a directory of its own, without persistence.
 * It is ready when this resolves, and ends with `close()` or with the process that started it.
 */
export async function startRedis({ args = [], config = [] }: StartRedisOptions = {}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const dir = await mkdtemp(join(tmpdir(), "sessionary-redis-"));
    const port = await freePort([CLUSTER_BUS]);
    const lines = [`port ${port}`, "bind 127.0.0.1", `dir "${dir}"`, 'save ""', "appendonly no", ...config];
    await writeFile(join(dir, "redis.conf"), lines.join("\n") + "\n");
    const server = new RedisServer(port, dir, args);
    try {
      await server.restart();
      return server;
    } catch (error) {
      // Somebody may have taken the port since it was found free.
      const isTaken = /Failed listening|Address already in use/.test(String(error));
      await server.close();
      if (!isTaken || attempt === 5) throw error;
    }
  }
}

/** Starts several alike, at once; when one fails, the others are closed. */
export async function startAll(count: number, options: StartRedisOptions = {}): Promise<RedisServer[]> {
  const results = await Promise.allSettled(Array.from({ length: count }, () => startRedis(options)));
  const servers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return servers;
  await Promise.all(servers.map((server) => server.close()));
  throw failed.reason;
}

/** Program that the tests start. `npm run test:servers` sets another one. */
export const REDIS_SERVER = process.env.REDIS_SERVER ?? "redis-server";

/** How far above its port a cluster node's bus port is. */
const CLUSTER_BUS = 10_000;
/** The last line of a server's or a sentinel's start. */
const READY = /Ready to accept connections|Sentinel ID is/;

export class RedisServer {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly url: string;
  readonly #dir: string;
  readonly #args: string[];
  readonly #clients = new Set<Redis>();
  readonly #undertaker: Undertaker;
  #control: Redis | undefined;
  #process: ChildProcess | undefined;

  /** @internal */
  constructor(port: number, dir: string, args: string[]) {
    this.port = port;
    this.url = `redis://${this.host}:${port}`;
    this.#dir = dir;
    this.#args = args;
    this.#undertaker = new Undertaker(dir);
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  /** @throws when the server is down. */
  get pid(): number {
    if (this.#process?.pid === undefined) throw new Error("this redis-server is not running");
    return this.#process.pid;
  }

  /** A new connection, closed by `close()`. */
  client(options: Omit<RedisOptions, "replyMapping"> = {}): Redis {
    const client = new Redis(this.port, this.host, options);
    client.on("error", () => {}); // its commands tell; without a listener ioredis prints it too
    client.once("end", () => this.#clients.delete(client));
    this.#clients.add(client);
    return client;
  }

  /** Sends one command, over a connection that is kept for this. A server that is down or frozen rejects. */
  command(name: string, ...args: (string | number)[]): Promise<unknown> {
    this.#control ??= this.client({
      enableReadyCheck: false,
      commandTimeout: 2_000,
      maxRetriesPerRequest: 1,
      retryStrategy: () => 20,
    });
    return this.#control.call(name, ...args);
  }

  /** Freezes the process: connections stay open and nothing answers. */
  pause(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  resume(): void {
    process.kill(this.pid, "SIGCONT");
  }

  /** Ends the process as a crash does. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    const exited = once(running, "exit");
    running.kill("SIGKILL");
    await exited;
  }

  /** Starts it again on the same port and directory, after a `kill()` if it still runs. */
  async restart(): Promise<void> {
    await this.kill();
    const started = spawn(REDIS_SERVER, [join(this.#dir, "redis.conf"), ...this.#args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = started;
    const hasEnded = () => {
      this.#process = undefined;
      this.#undertaker.forget();
    };
    started.once("exit", hasEnded).once("error", hasEnded); // an error: there is no redis-server to start
    if (started.pid !== undefined) this.#undertaker.watch(started.pid);
    await ready(started);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
    this.#undertaker.dismiss();
  }
}

function ready(started: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    started.once("error", reject);
    started.once("close", () => reject(new Error(`redis-server ended:\n${log}`)));
    for (const output of [started.stdout, started.stderr]) {
      output?.setEncoding("utf8").on("data", (text: string) => {
        log = (log + text).slice(-10_000);
        if (READY.test(log)) resolve();
      });
    }
  });
}
