import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";

/** A TCP proxy in front of a Redis server. It can cut the connection, as if the server were down. */
export class RedisLink {
  /** URL of the Redis server through this proxy. */
  readonly url: string;
  readonly #target: URL;
  readonly #server: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();

  private constructor(target: URL, server: Server) {
    this.#target = target;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    const url = new URL(target);
    url.host = `127.0.0.1:${this.#port}`;
    this.url = url.href;
    server.on("connection", (client) => this.#pipe(client));
  }

  /** @param target URL with the scheme `redis:` or `valkey:`. */
  static async open(target: URL): Promise<RedisLink> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RedisLink(target, server);
  }

  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async restore(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  #pipe(client: Socket): void {
    const { hostname, port } = this.#target;
    const host = hostname.replace(/^\[|\]$/g, ""); // IPv6
    const redis = connect(Number(port || 6379), host);
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => {}); // a close follows
      socket.once("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
