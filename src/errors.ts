import type { SessionData, SessionRecord } from "./store.js";

/** Error codes, one for each subclass of `SessionStoreError`. */
export type SessionStoreErrorCode =
  | "ERR_SESSION_EXISTS"
  | "ERR_SESSION_CONFLICT"
  | "ERR_STORE_UNAVAILABLE"
  | "ERR_STORE_CLOSED"
  | "ERR_PAYLOAD_TOO_LARGE"
  | "ERR_SCRIPTS_FORBIDDEN"
  | "ERR_SESSION_LIMIT";

/**
 * Base class of the errors that a store rejects with, except the `TypeError` for invalid input. The properties that
 * `util.inspect` or a logger prints never contain a session id, session data, a password or the error object of a
 * Redis client.
 */
export class SessionStoreError extends Error {
  /** Code of the error. Compare it where `instanceof` may fail: the ESM and the CJS build have their own classes. */
  readonly code: SessionStoreErrorCode;

  constructor(code: SessionStoreErrorCode, message: string, options?: { cause: Error }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Rejects `create` with an id that is already in use. */
export class SessionExistsError extends SessionStoreError {
  constructor() {
    super("ERR_SESSION_EXISTS", "a session with this id exists already");
  }
}

/**
 * Base class of the errors that are temporary: the same request may succeed a moment later. Express, Fastify, Koa and
 * NestJS respond with status 503 and a `Retry-After` header, which they read from `statusCode` and `headers`. Hono
 * calls `getResponse`.
 */
export class TemporaryStoreError extends SessionStoreError {
  /** HTTP status of the response. */
  readonly statusCode = 503;
  /** The same under the name that NestJS reads. */
  readonly status = 503;
  /** Tells Koa and NestJS not to send the message to the client. */
  readonly expose = false;
  /** HTTP headers of the response. */
  readonly headers: Readonly<Record<string, string>> = { "retry-after": "1" };

  /** Returns the HTTP response to a request that failed with this error. */
  getResponse(): Response {
    const headers = {
      ...this.headers,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    };
    return new Response("Service Unavailable\n", { status: this.statusCode, headers });
  }
}

/**
 * Rejects `update` and `touch` if the stored version is not `ifVersion`. Also rejects a save that still conflicts with
 * other writers at its deadline.
 */
export class SessionConflictError<T extends object = SessionData> extends TemporaryStoreError {
  // Private, so that no logger prints the session.
  readonly #current: SessionRecord<T>;

  constructor(current: SessionRecord<T>) {
    super("ERR_SESSION_CONFLICT", "the session was changed since it was read");
    this.#current = current;
  }

  /** The record that was stored when the conflict was detected. */
  get current(): SessionRecord<T> {
    return this.#current;
  }
}

/** Reasons for a `StoreUnavailableError`. */
export type UnavailableReason =
  | "timeout"
  | "connection"
  | "readonly"
  | "loading"
  | "out-of-memory"
  | "cluster-down"
  | "auth"
  | "permission"
  | "busy"
  | "misconfigured"
  | "other";

/** Network, TLS or Redis error that keeps a store from connecting. */
export interface UnavailableCause extends Error {
  /** Such as `"ECONNREFUSED"`, `"SELF_SIGNED_CERT_IN_CHAIN"` or `"WRONGPASS"`. */
  code?: string;
  /** Host that the store tried to reach; missing for a Unix socket. */
  host?: string;
  /** Port that the store tried to reach; missing for a Unix socket. */
  port?: number;
}

/** Rejects a call if the backend refuses it or does not answer in time, or if the connection is lost. */
export class StoreUnavailableError extends TemporaryStoreError {
  /** State of the write: `"not-applied"` if nothing was changed, `"unknown"` if the command may have been applied. */
  readonly outcome: "not-applied" | "unknown";
  /** Kind of failure. */
  readonly reason: UnavailableReason;
  /** Set if the store could not connect. */
  declare readonly cause?: UnavailableCause;

  constructor(
    outcome: "not-applied" | "unknown",
    reason: UnavailableReason,
    detail: string,
    cause?: UnavailableCause,
  ) {
    super("ERR_STORE_UNAVAILABLE", `the session store is unavailable: ${detail}`, cause && { cause });
    this.outcome = outcome;
    this.reason = reason;
  }
}

/** Rejects a call if the store is closed before or during it. */
export class StoreClosedError extends TemporaryStoreError {
  constructor() {
    super("ERR_STORE_CLOSED", "the session store is closed");
  }
}

/** Rejects a write if the encoded session is larger than the store's `maxPayloadBytes`. Nothing was written. */
export class PayloadTooLargeError extends SessionStoreError {
  constructor(bytes: number, maxBytes: number) {
    super("ERR_PAYLOAD_TOO_LARGE", `the session takes ${bytes} bytes; maxPayloadBytes is ${maxBytes}`);
  }
}

/** Rejects a login above `maxPerUser` when `onLimit` is `"reject"`. Nothing was written. */
export class SessionLimitError extends SessionStoreError {
  constructor(maxPerUser: number) {
    super("ERR_SESSION_LIMIT", `the user already has ${maxPerUser} sessions, the limit set by maxPerUser`);
  }
}

/** Rejects `update` and `touch` with `ifVersion` if the server cannot compare versions. Nothing was written. */
export class ScriptsForbiddenError extends SessionStoreError {
  constructor() {
    super(
      "ERR_SCRIPTS_FORBIDDEN",
      "the server forbids scripts, which ifVersion needs: allow EVAL and EVALSHA, or use Valkey 8.1 or Redis 8.4",
    );
  }
}

/**
 * True if an error has this code. Compares codes instead of classes, because the ESM and the CJS build each have
 * their own classes.
 */
export function hasCode<C extends SessionStoreErrorCode>(
  error: unknown,
  code: C,
): error is C extends "ERR_SESSION_CONFLICT" ? SessionConflictError : SessionStoreError {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}

/** True if a write that failed with this error may have been applied. */
export function isOutcomeUnknown(error: unknown): boolean {
  return hasCode(error, "ERR_STORE_UNAVAILABLE") && (error as StoreUnavailableError).outcome === "unknown";
}

/**
 * Returns the error for a call that was applied only in part: a copy of a `StoreUnavailableError` with the outcome
 * `"unknown"`, and any other error unchanged.
 */
export function partiallyApplied(error: unknown): unknown {
  return hasCode(error, "ERR_STORE_UNAVAILABLE")
    ? new StoreUnavailableError("unknown", (error as StoreUnavailableError).reason, "applied only in part")
    : error;
}
