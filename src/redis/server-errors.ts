import {
  ScriptsForbiddenError,
  SessionStoreError,
  StoreUnavailableError,
  type UnavailableReason,
} from "../errors.js";
import { IN_TRANSACTION } from "./clients/ioredis-replies.js";

const OTHER: [UnavailableReason, string] = ["other", "Redis answered with an error"];
const SPANS_SLOTS = "the command spans slots (CROSSSLOT)";

/** Meaning of Redis's error replies for a session store, by their first word. */
export const REPLIES: Partial<Record<string, [reason: UnavailableReason, detail: string]>> = {
  ERR: OTHER,
  READONLY: ["readonly", "Redis is a read-only replica (READONLY)"],
  LOADING: ["loading", "Redis is loading its data (LOADING)"],
  MASTERDOWN: ["loading", "the replica has lost its master (MASTERDOWN)"],
  OOM: ["out-of-memory", "Redis has reached its maxmemory (OOM)"],
  CLUSTERDOWN: ["cluster-down", "the Redis Cluster is down (CLUSTERDOWN)"],
  MOVED: ["cluster-down", "the Redis Cluster's slots are moving (MOVED)"],
  ASK: ["cluster-down", "the Redis Cluster's slots are moving (ASK)"],
  TRYAGAIN: ["cluster-down", "the Redis Cluster's slots are moving (TRYAGAIN)"],
  CROSSSLOT: ["cluster-down", SPANS_SLOTS],
  NOAUTH: ["auth", "Redis asks for a password (NOAUTH)"],
  WRONGPASS: ["auth", "Redis refused the user name or password (WRONGPASS)"],
  NOPERM: ["permission", "Redis refused the command to this user (NOPERM)"],
  BUSY: ["busy", "Redis is busy running a script (BUSY)"],
  MISCONF: ["misconfigured", "Redis accepts no writes, since it can't persist them (MISCONF)"],
  NOREPLICAS: ["misconfigured", "Redis accepts no writes, since it has too few replicas (NOREPLICAS)"],
};

/** Properties of a client's error that this file reads. */
interface ClientError {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  lastNodeError?: unknown;
}

/**
 * Returns the first word of an error reply, or `undefined` if the error is not a reply. In ioredis and iovalkey,
 * error replies have the name "ReplyError". In node-redis and ioredis-mock, they are an `Error` without a `code`,
 * which socket errors have.
 */
export function replyPrefix(error: unknown): string | undefined {
  const { name, code } = (error ?? {}) as ClientError;
  if (name === "ReplyError") return /^[A-Z]+/.exec(textOf(error))?.[0];
  return name === "Error" && code === undefined ? /^[A-Z]{2,}(?= )/.exec(textOf(error))?.[0] : undefined;
}

/** True if the error means that scripts cannot run: the ACL forbids them, or the server does not support them. */
export function forbidsScripts(error: unknown): boolean {
  if (replyPrefix(error) === undefined) return false;
  return /^(NOPERM .*|ERR unknown command )['`]eval(sha)?['`]/i.test(textOf(error));
}

/** True for an error of the store if Redis refused a command because its keys are in several slots. */
export function spansSlots(error: unknown): boolean {
  const isRefused = error instanceof StoreUnavailableError && error.outcome === "not-applied";
  return isRefused && error.message.endsWith(SPANS_SLOTS);
}

/**
 * Converts an error of a client to an error of the store. The result contains no part of the client's error: ioredis
 * adds the arguments of the command, the id and the payload, to its errors, and Redis repeats some of them.
 * @param writes False for a command that only reads; `"again"` for a write that may have been sent more than once.
 */
export function toStoreError(error: unknown, writes: false | "once" | "again"): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  if (forbidsScripts(error)) return new ScriptsForbiddenError();
  const prefix = causePrefix(error);
  const text = textOf(error);
  if (SUBSCRIBED.test(text)) return new StoreUnavailableError("not-applied", "other", IN_SUBSCRIBER_MODE);
  // If the command was sent more than once, the error reply concerns only the last time.
  const refused = prefix !== undefined || isUnsent(error);
  const outcome = !writes || (refused && writes === "once") ? "not-applied" : "unknown";
  if (prefix !== undefined) {
    return new StoreUnavailableError(outcome, ...(REPLIES[prefix] ?? OTHER));
  }
  if (text === IN_TRANSACTION) return new StoreUnavailableError(outcome, "other", IN_TRANSACTION);
  if (text === "Command timed out")
    return new StoreUnavailableError(outcome, "timeout", "the client's commandTimeout has passed");
  if (text.startsWith(TOO_MANY))
    return new StoreUnavailableError(
      outcome,
      "cluster-down",
      "no node of the Redis Cluster accepted the command",
    );
  return new StoreUnavailableError(outcome, "connection", "no connection to Redis");
}

/** Returns the first word of the error reply that an error is or was caused by. */
function causePrefix(error: unknown): string | undefined {
  const text = textOf(error);
  const direct = replyPrefix(error);
  if (direct === "ERR") {
    if (text.includes("The user executing the script can't run this command")) return "NOPERM";
    if (text.includes("Protocol error: unauthenticated")) return "NOAUTH"; // Redis refuses commands longer than AUTH
    return /Error running script.*: -?([A-Z]+) /.exec(text)?.[1] ?? direct; // Redis 6
  }
  return (
    direct ??
    replyPrefix((error as ClientError | undefined)?.lastNodeError) ??
    new RegExp(`^${TOO_MANY}\\. Last error: ReplyError: ([A-Z]+)`).exec(text)?.[1]
  );
}

/**
 * Errors of ioredis, and of Redis with node-redis, for a command on a RESP2 connection that is subscribed to a
 * channel.
 */
const SUBSCRIBED = /^(Connection in subscriber mode|ERR Can't execute '.*': only .*SUBSCRIBE)/;
const IN_SUBSCRIBER_MODE =
  "the client is in subscriber mode (SUBSCRIBE): use a separate client for the store";

function textOf(error: unknown): string {
  return String((error as ClientError | null | undefined)?.message);
}

/** Error of ioredis after too many redirections from node to node. */
const TOO_MANY = "Too many Cluster redirections";

/** Messages with which the clients reject a command that they have not written to a socket. */
const NEVER_SENT = [
  "Stream isn't writeable and enableOfflineQueue options is false",
  "Cluster isn't ready and enableOfflineQueue options is false",
  "Failed to refresh slots cache",
  "None of startup nodes is available",
  "Cluster is ended",
  "The client is closed",
  "The client is offline",
];

/** True if the client rejected the command without sending it. */
export function isUnsent(error: unknown): boolean {
  return NEVER_SENT.some((each) => textOf(error).startsWith(each));
}
