import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Place } from "./driver.js";

/** Result of a probe: the reason why a client cannot connect. */
export class ProbeError extends Error {
  /** @param kind `"TLS_REQUIRED"`, `"TLS_UNSUPPORTED"`, `"NOT_REDIS"`, or an error code of Node.js */
  constructor(
    readonly kind: string,
    readonly code: string | undefined,
    readonly host: string | undefined,
    readonly port: number | undefined,
  ) {
    super(kind);
  }
}

type Target = { host: string; port: number } | { path: string };

/** First byte of a TLS alert (RFC 8446, section 5.1). */
const TLS_ALERT = 0x15;

/**
 * Connects once to each server and sends a PING in plain text, without credentials, to find out why a client cannot
 * connect. Clients hide the network errors of Sentinels and cluster nodes, and report a wrong TLS setting as a lost
 * connection.
 * @returns undefined if a server can be reached with these settings, or the reason stays unknown.
 */
export async function probe(place: Place, timeoutMs: number): Promise<ProbeError | undefined> {
  const targets: Target[] = place.path === undefined ? place.hosts : [{ path: place.path }];
  const found = await Promise.all(targets.map((target) => probeServer(target, place.tls, timeoutMs)));
  return found.includes(undefined) ? undefined : found[0];
}

async function probeServer(target: Target, tls: boolean, timeoutMs: number): Promise<ProbeError | undefined> {
  const { host, port } = { host: undefined, port: undefined, ...target };
  const failure = (kind: string, code: string | undefined) => new ProbeError(kind, code, host, port);
  const { isConnected, code, reply } = await ping(target, timeoutMs);
  if (!isConnected) return failure(code ?? "ETIMEDOUT", code ?? "ETIMEDOUT");
  if (reply === undefined && code === "ETIMEDOUT") return undefined; // the server is frozen, or waits for a TLS handshake
  if (reply === undefined || reply[0] === TLS_ALERT) {
    const isTls = !tls && (await speaksTls(target, timeoutMs));
    return isTls ? failure("TLS_REQUIRED", code ?? "ECONNRESET") : undefined;
  }
  if (!/^[+-]/.test(reply.toString("latin1"))) return failure("NOT_REDIS", "EPROTO");
  return tls ? failure("TLS_UNSUPPORTED", "ERR_SSL_WRONG_VERSION_NUMBER") : undefined;
}

/** Sends a PING and returns the first data of the reply. */
async function ping(
  target: Target,
  timeoutMs: number,
): Promise<{ isConnected: boolean; code?: string; reply?: Buffer }> {
  const socket = connect(target);
  let isConnected = false;
  socket.once("connect", () => {
    isConnected = true;
    socket.write("PING\r\n");
  });
  try {
    const reply = await firstOf(socket, "data", timeoutMs);
    return { isConnected, ...(Buffer.isBuffer(reply) && { reply }) };
  } catch (error) {
    return { isConnected, code: codeOf(error) };
  }
}

/** True if a TLS handshake succeeds, or fails because the server requires a client certificate. */
async function speaksTls(target: Target, timeoutMs: number): Promise<boolean> {
  const socket = connectTls({ ...target, rejectUnauthorized: false });
  try {
    return (await firstOf(socket, "secureConnect", timeoutMs)) !== CLOSED;
  } catch (error) {
    return /^ERR_SSL_.*ALERT/.test(codeOf(error));
  }
}

const CLOSED = Symbol("closed");

/**
 * Waits for an event of a socket, and then destroys the socket. Does not keep the process alive.
 * @returns the first argument of the event, or `CLOSED`.
 * @throws the socket's error, or one with the code ETIMEDOUT.
 */
async function firstOf(socket: Socket, event: string, timeoutMs: number): Promise<unknown> {
  socket.unref();
  socket.on("error", () => {}); // ignores an error after the event
  socket.setTimeout(timeoutMs, () => socket.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })));
  try {
    const closed = once(socket, "close").then(() => CLOSED);
    const [first] = await Promise.race([once(socket, event), closed.then((each) => [each])]);
    return first as unknown;
  } finally {
    socket.destroy();
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}
