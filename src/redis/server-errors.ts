import {
  ScriptsForbiddenError,
  SessionStoreError,
  StoreUnavailableError,
  type UnavailableReason,
} from "../errors.js";
import { IN_TRANSACTION } from "./clients/ioredis-replies.js";

const OTHER: [UnavailableReason, string] = ["other", "Redis answered with an error"];

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
  CROSSSLOT: ["cluster-down", "the command spans slots (CROSSSLOT)"],
  NOAUTH: ["auth", "Redis asks for a password (NOAUTH)"],
  WRONGPASS: ["auth", "Redis refused the user name or password (WRONGPASS)"],
  NOPERM: ["permission", "Redis refused the command to this user (NOPERM)"],
  BUSY: ["busy", "Redis is busy running a script (BUSY)"],
  MISCONF: ["misconfigured", "Redis takes no writes, since it can't persist them (MISCONF)"],
  NOREPLICAS: ["misconfigured", "Redis takes no writes, since it has too few replicas (NOREPLICAS)"],
};

/** Properties of a client's error that are read. */
interface ClientError {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  lastNodeError?: unknown;
}

/**
 * Returns the first word of an error reply, or `undefined` if the error is not a reply. ioredis and iovalkey name their
 * error replies; those of node-redis and ioredis-mock are an `Error` without the `code` that a socket's error has.
 */
export function replyPrefix(error: unknown): string | undefined {
  const { name, code } = (error ?? {}) as ClientError;
  if (name === "ReplyError") return /^[A-Z]+/.exec(textOf(error))?.[0];
  return name === "Error" && code === undefined ? /^[A-Z]{2,}(?= )/.exec(textOf(error))?.[0] : undefined;
}

/** Whether the error says that scripts may not be run here: by an ACL, or by a server that has none. */
export function forbidsScripts(error: unknown): boolean {
  if (replyPrefix(error) === undefined) return false;
  return /^(NOPERM .*|ERR unknown command )['`]eval(sha)?['`]/i.test(textOf(error));
}

/**
 * A client's error becomes one of ours. Nothing of its text is kept: ioredis puts the command's
 * arguments, which are the id and the payload, on its errors, and Redis repeats some of them.
 * @param writes whether the command writes, and may have been sent more than once.
 */
export function toStoreError(error: unknown, writes: false | "once" | "again"): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  if (forbidsScripts(error)) return new ScriptsForbiddenError();
  const prefix = causePrefix(error);
  const text = textOf(error);
  if (SUBSCRIBED.test(text)) return new StoreUnavailableError("not-applied", "other", IN_SUBSCRIBER_MODE);
  // An error reply tells of the last time only that the command was sent.
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
      "no node of the Redis Cluster took the command",
    );
  return new StoreUnavailableError(outcome, "connection", "no connection to Redis");
}

/** The prefix of the error reply that an error is, or that was behind it. */
function causePrefix(error: unknown): string | undefined {
  const text = textOf(error);
  const direct = replyPrefix(error);
  if (direct === "ERR") {
    if (text.includes("The user executing the script can't run this command")) return "NOPERM";
    if (text.includes("Protocol error: unauthenticated")) return "NOAUTH"; // commands longer than AUTH are refused
    return /Error running script.*: -?([A-Z]+) /.exec(text)?.[1] ?? direct; // Redis 6
  }
  return (
    direct ??
    replyPrefix((error as ClientError | undefined)?.lastNodeError) ??
    new RegExp(`^${TOO_MANY}\\. Last error: ReplyError: ([A-Z]+)`).exec(text)?.[1]
  );
}

/** How ioredis, and Redis to node-redis, refuse a command on a connection that is subscribed to a channel with RESP2. */
const SUBSCRIBED = /^(Connection in subscriber mode|ERR Can't execute '.*': only .*SUBSCRIBE)/;
const IN_SUBSCRIBER_MODE = "the client is in subscriber mode (SUBSCRIBE): give the store a client of its own";

function textOf(error: unknown): string {
  return String((error as ClientError | null | undefined)?.message);
}

/** How ioredis rejects what it has sent from node to node in vain. */
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

/** Whether the command was kept from the server by the client itself. */
export function isUnsent(error: unknown): boolean {
  return NEVER_SENT.some((each) => textOf(error).startsWith(each));
}
