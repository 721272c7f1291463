import {
  ScriptsForbiddenError,
  type SessionStoreError,
  StoreUnavailableError,
  type UnavailableReason,
} from "../errors.js";

/** Redis's error prefixes (the first word of an error reply) and what they mean for a session store. */
const BY_PREFIX: Record<string, [UnavailableReason, string]> = {
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

/** A client's error, as far as it is looked at. */
interface ClientError {
  name?: unknown;
  message?: unknown;
  lastNodeError?: unknown;
}

/** The first word of an error reply, or `undefined` when the error is not a reply. */
export function replyPrefix(error: unknown): string | undefined {
  const { name, message } = (error ?? {}) as ClientError;
  if (name !== "ReplyError" || typeof message !== "string") return undefined;
  return /^[A-Z]+/.exec(message)?.[0];
}

/** Whether the error says that scripts may not be run here: by an ACL, or by a server that has none. */
export function forbidsScripts(error: unknown): boolean {
  const prefix = replyPrefix(error);
  const message = String((error as ClientError).message);
  return (
    (prefix === "NOPERM" || (prefix === "ERR" && message.includes("unknown command"))) &&
    /eval/i.test(message)
  );
}

/**
 * A client's error becomes one of ours. Nothing of its text is kept: ioredis puts the command's
 * arguments, which are the id and the payload, on its errors, and Redis repeats some of them.
 * @param sent whether a command that writes may have reached the server.
 */
export function toStoreError(error: unknown, sent: boolean): SessionStoreError {
  if (forbidsScripts(error)) return new ScriptsForbiddenError();
  const prefix = replyPrefix(error) ?? replyPrefix((error as ClientError | undefined)?.lastNodeError);
  if (prefix !== undefined) {
    const [reason, detail] = BY_PREFIX[prefix] ?? ["other", "Redis answered with an error"];
    return new StoreUnavailableError("not-applied", reason, detail);
  }
  const message = String((error as ClientError | undefined)?.message);
  const never = NEVER_SENT.some((text) => message.startsWith(text));
  return new StoreUnavailableError(
    sent && !never ? "unknown" : "not-applied",
    "connection",
    "no connection to Redis",
  );
}

/** How ioredis rejects what it has not written to a socket. */
const NEVER_SENT = [
  "Stream isn't writeable and enableOfflineQueue options is false",
  "Cluster isn't ready and enableOfflineQueue options is false",
  "Failed to refresh slots cache",
  "None of startup nodes is available",
  "Cluster is ended",
];
