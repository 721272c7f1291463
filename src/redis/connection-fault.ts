import type { Place } from "./clients/driver.js";
import { ProbeError } from "./clients/probe.js";
import { replyPrefix } from "./server-errors.js";

/** Kind of a client's error, and the server that it concerns. */
export interface Fault {
  /** Error code of Node.js, first word of an error reply, or a key of `PERMANENT` in connection-failure.ts. */
  kind: string;
  code: string | undefined;
  host: string | undefined;
  port: number | undefined;
}

/** Properties of the error of a client or a socket that `findFault` reads. */
interface RawError {
  code?: unknown;
  message?: unknown;
  address?: unknown;
  hostname?: unknown;
  port?: unknown;
  lastNodeError?: unknown;
}

const NOWHERE = { host: undefined, port: undefined };

/** Classifies the error of a client that could not connect. */
export function findFault(error: unknown, place: Place | undefined): Fault {
  if (error instanceof ProbeError) return error;
  const raw = (error ?? {}) as RawError;
  if (raw.lastNodeError) return findFault(raw.lastNodeError, place);
  const text = String(raw.message);
  // With Sentinels or a cluster, an error reply does not tell which server sent it.
  const [seed = NOWHERE] = place?.hosts ?? [];
  const server = place?.mode === "single" ? seed : NOWHERE;
  const sentinels = /^All sentinels are unreachable.*?(?: Last error: (.*))?$/.exec(text);
  if (sentinels !== null) {
    const [, last] = sentinels;
    const code = /^[A-Z]{2,}(?= )/.exec(last ?? "")?.[0];
    const reply = kindOfReply(last ?? "", code);
    const isAuth = reply === "NOAUTH" || reply === "WRONGPASS";
    const kind = last === undefined ? "UNKNOWN_GROUP" : isAuth ? "SENTINEL_AUTH" : reply;
    return { kind, code, ...(kind === "NOT_A_SENTINEL" ? seed : NOWHERE) };
  }
  const prefix = replyPrefix(error);
  if (prefix !== undefined) {
    const kind = kindOfReply(text, prefix);
    return { kind, code: prefix, ...(kind === "NOT_A_CLUSTER" ? seed : server) };
  }
  if (typeof raw.code !== "string") return { kind: "UNKNOWN", code: undefined, ...server };
  const host = server.host ?? raw.hostname ?? raw.address;
  const port = raw.port ?? server.port;
  return {
    kind: raw.code,
    code: raw.code,
    host: typeof host === "string" && place?.path === undefined ? host : undefined,
    port: typeof port === "number" ? port : undefined,
  };
}

function kindOfReply(text: string, prefix = "UNKNOWN"): string {
  if (prefix !== "ERR") return prefix;
  if (/DB index/i.test(text)) return "NO_DATABASE";
  if (/cluster support disabled|unknown command ['`]cluster['`]/i.test(text)) return "NOT_A_CLUSTER";
  if (/unknown command ['`]sentinel['`]/i.test(text)) return "NOT_A_SENTINEL";
  return /invalid (?:username-)?password/i.test(text) ? "WRONGPASS" : prefix;
}

/** True if the error does not tell why the server could not be reached, or may be caused by a wrong TLS setting. */
export function isAmbiguous(error: unknown): boolean {
  const { kind } = findFault(error, undefined);
  return (
    ["UNKNOWN", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EPROTO"].includes(kind) || kind.startsWith("ERR_SSL_")
  );
}
