import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";
import { parseCommand } from "./resp.js";
import type { Place } from "./variants.js";

/** Stands in for what real nodes settle within seconds: each says that the key is elsewhere, namely here. */
export interface FakeCluster {
  /** As a cluster, and as one Redis to a client that knows of no cluster. */
  places: Place[];
  close(): Promise<void>;
}

/** A server that speaks enough of Redis's protocol, and answers every command on a key with MOVED to itself. */
export async function startMovedLoop(): Promise<FakeCluster> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    const { port } = server.address() as AddressInfo;
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      for (let parsed = parseCommand(text); parsed !== undefined; parsed = parseCommand(text)) {
        text = text.slice(parsed.length);
        socket.write(reply(parsed.words, port));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const hosts = [{ host: "127.0.0.1", port }];
  return {
    places: [
      { mode: "cluster", url: `redis+cluster://127.0.0.1:${port}`, hosts },
      { mode: "single", url: `redis://127.0.0.1:${port}`, hosts },
    ],
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

function reply([name = "", first = "", ...rest]: string[], port: number): string {
  const command = name.toUpperCase();
  if (command === "HELLO") return `%2\r\n${bulk("server")}${bulk("redis")}${bulk("proto")}:${first}\r\n`;
  if (command === "CLIENT") return "+OK\r\n";
  if (command === "PING") return "+PONG\r\n";
  if (command === "INFO") return bulk("loading:0\r\n");
  if (command === "SCAN") return `*2\r\n${bulk("0")}*1\r\n${bulk((rest[1] ?? "*").replace("*", "one"))}`;
  if (command === "CLUSTER" && first.toUpperCase() === "INFO") return bulk("cluster_state:ok\r\n");
  if (command === "CLUSTER") {
    return `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n${bulk("127.0.0.1")}:${port}\r\n`;
  }
  return `-MOVED 1 127.0.0.1:${port}\r\n`;
}
