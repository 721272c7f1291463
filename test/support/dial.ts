import { once } from "node:events";
import { connect } from "node:net";

/** A bare connection to a loopback port, which keeps what arrives and how it ends. */
export async function dial(port: number) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const call = {
    chunks: [] as string[],
    get text() {
      return call.chunks.join("");
    },
    ended: false,
    /** An error's code, such as ECONNRESET; empty when there was none. */
    error: "",
    send: (line: string) => void socket.write(`${line}\r\n`),
    hangUp: () => void socket.destroy(),
  };
  socket.setEncoding("latin1").on("data", (chunk: string) => call.chunks.push(chunk));
  socket.on("end", () => (call.ended = true));
  socket.on("error", (error: NodeJS.ErrnoException) => (call.error = error.code ?? error.message));
  await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => {}); // told by `error`
  return call;
}
