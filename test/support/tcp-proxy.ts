import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free-port.js";
import { ProxyLink, type Direction } from "./proxy-link.js";

/**
 * Starts a TCP proxy in front of a loopback port. It passes everything on until it is told to misbehave;
 * faults hold for connections that are open and for new ones, until `heal()`.
 */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const proxy = new TcpProxy(targetPort, await freePort());
  await proxy.accept();
  return proxy;
}

export class TcpProxy {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly url: string;
  readonly #targetPort: number;
  readonly #links = new Set<ProxyLink>();
  #listener: Server | undefined;
  #latencyMs = 0;
  #sliceBytes = Infinity;
  #blackhole = false;
  #repliesToDrop = 0;
  #truncate = false;

  /** @internal */
  constructor(targetPort: number, port: number) {
    this.#targetPort = targetPort;
    this.port = port;
    this.url = `redis://${this.host}:${port}`;
  }

  /** How many clients are connected. */
  connections(): number {
    return [...this.#links].filter(({ client }) => !client.readableEnded && !client.destroyed).length;
  }

  /** Refuses new connections, as a server that is down does, and resets those that are open. */
  refuse(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.resetAll();
  }

  /** Takes connections again after `refuse()`. */
  async accept(): Promise<void> {
    if (this.#listener !== undefined) return;
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#open(client));
    this.#listener.listen(this.port, this.host);
    await once(this.#listener, "listening");
  }

  /** Holds every chunk up by this long, in each direction. */
  latency(ms: number): void {
    this.#latencyMs = ms;
  }

  /** Passes everything on in pieces of at most this many bytes, each in a packet of its own. */
  slice(bytes: number): void {
    this.#sliceBytes = bytes;
  }

  /** Swallows what either side sends, its goodbyes too. */
  blackhole(): void {
    this.#blackhole = true;
  }

  /**
   * Swallows the next `count` chunks that the server sends, then resets the connections that they were
   * for: the command ran and its reply is lost.
   */
  dropReplies(count: number): void {
    this.#repliesToDrop = count;
  }

  /** Passes half of the next chunk that the server sends, then ends that connection. */
  truncateReply(): void {
    this.#truncate = true;
  }

  resetAll(): void {
    for (const link of this.#links) link.reset();
  }

  /** Ends what goes to the clients; what they send still arrives at the server. */
  halfClose(): void {
    for (const link of this.#links) link.client.end();
  }

  /** Behaves again. A connection that has lost bytes meanwhile is reset. */
  async heal(): Promise<void> {
    this.#latencyMs = 0;
    this.#sliceBytes = Infinity;
    this.#blackhole = this.#truncate = false;
    this.#repliesToDrop = 0;
    for (const link of this.#links) if (link.hasLost) link.reset();
    await this.accept();
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    this.refuse();
    if (listener !== undefined) await once(listener, "close");
  }

  #open(client: Socket): void {
    const link: ProxyLink = new ProxyLink(client, this.#targetPort, {
      pass: (direction, chunk) => this.#pass(link, direction, chunk),
      swallowsEnd: () => this.#blackhole,
      latencyMs: () => this.#latencyMs,
      sliceBytes: () => this.#sliceBytes,
      closed: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }

  /** @returns what is to be passed on of a chunk. */
  #pass(link: ProxyLink, direction: Direction, chunk: Buffer): Buffer | undefined {
    if (this.#blackhole) {
      link.hasLost = true;
      return undefined;
    }
    if (direction === "request") return chunk;
    if (this.#repliesToDrop > 0) {
      link.hasLost = true;
      this.#repliesToDrop--;
      if (this.#repliesToDrop === 0) for (const each of this.#links) if (each.hasLost) each.reset();
      return undefined;
    }
    if (this.#truncate) {
      this.#truncate = false;
      link.endAfterThis();
      return chunk.subarray(0, chunk.length / 2);
    }
    return chunk;
  }
}
