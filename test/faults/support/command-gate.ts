import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { parseCommand } from "./resp.js";

/** What a client sends by itself as it connects. */
const GREETINGS = new Set(["HELLO", "AUTH", "CLIENT", "INFO", "SELECT", "PING"]);

/** Lets a client's commands through to Redis up to a number of them, and holds those that follow. */
export class CommandGate {
  /** The names of those that went through. */
  readonly passed: string[] = [];
  readonly #listener: Server;
  readonly #links: { client: Socket; server: Socket }[] = [];
  readonly #held: { text: string; server: Socket }[] = [];
  readonly #waiting: (() => void)[] = [];
  #allowed: number;

  private constructor(targetPort: number, allowed: number) {
    this.#allowed = allowed;
    this.#listener = createServer((client) => this.#link(client, targetPort));
  }

  static async start(targetPort: number, allowed = Infinity): Promise<CommandGate> {
    const gate = new CommandGate(targetPort, allowed);
    gate.#listener.listen(0, "127.0.0.1");
    await once(gate.#listener, "listening");
    return gate;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** Resolves once a command is held: those before it that this client waited for have been answered. */
  async held(): Promise<void> {
    if (this.#held.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Lets this many more through. */
  allow(more: number): void {
    this.#allowed += more;
    for (const { text, server } of this.#held.splice(0)) this.#pass(text, server);
  }

  /** Resolves once Redis has run all that went through, and the connections have ended. */
  async close(): Promise<void> {
    this.#listener.close();
    await Promise.all(
      this.#links.map(async ({ client, server }) => {
        if (!server.closed) {
          const closed = once(server, "close");
          server.end(); // Redis reads what came before the end first
          await closed;
        }
        client.destroy();
      }),
    );
  }

  #link(client: Socket, targetPort: number): void {
    const server = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    this.#links.push({ client, server });
    let text = "";
    client.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      for (let parsed = parseCommand(text); parsed !== undefined; parsed = parseCommand(text)) {
        this.#pass(text.slice(0, parsed.length), server, parsed.words[0]);
        text = text.slice(parsed.length);
      }
    });
    client.on("error", () => {}); // a process that is killed may reset it
    server.on("data", (chunk) => client.write(chunk)).on("error", () => client.destroy());
  }

  #pass(text: string, server: Socket, name = parseCommand(text)?.words[0]): void {
    const command = (name ?? "").toUpperCase();
    if (GREETINGS.has(command)) server.write(text, "latin1");
    else if (this.passed.length < this.#allowed) {
      this.passed.push(command);
      server.write(text, "latin1");
    } else {
      this.#held.push({ text, server });
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }
}
