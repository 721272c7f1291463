import type { SessionData, SessionRecord } from "./store.js";

export type SessionStoreErrorCode =
  | "ERR_SESSION_EXISTS"
  | "ERR_SESSION_CONFLICT"
  | "ERR_STORE_UNAVAILABLE"
  | "ERR_STORE_CLOSED"
  | "ERR_PAYLOAD_TOO_LARGE"
  | "ERR_SCRIPTS_FORBIDDEN"
  | "ERR_SESSION_LIMIT";

/**
 * Base of every error that a store rejects with, except a `TypeError` for invalid input. No property that
 * `util.inspect` or a logger shows holds a session id, session data, a password or a client's error object.
 */
export class SessionStoreError extends Error {
  readonly code: SessionStoreErrorCode;

  constructor(code: SessionStoreErrorCode, message: string, options?: { cause: Error }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** `create` was given an id that is taken. */
export class SessionExistsError extends SessionStoreError {
  constructor() {
    super("ERR_SESSION_EXISTS", "a session with this id exists already");
  }
}

/** Headers of the HTTP response to a request that may succeed a moment later. */
const RETRY_LATER: Readonly<Record<string, string>> = { "retry-after": "1" };

/**
 * Rejects `update` and `touch` when another version than `ifVersion` is stored, and a save whose deadline passed while
 * other writers changed the session. Frameworks answer it with status 503 and a `Retry-After` header, by `statusCode`
 * and `headers`.
 */
export class SessionConflictError<T extends object = SessionData> extends SessionStoreError {
  readonly statusCode = 503;
  readonly headers = RETRY_LATER;
  // Private, so that no logger prints the session.
  readonly #current: SessionRecord<T>;

  constructor(current: SessionRecord<T>) {
    super("ERR_SESSION_CONFLICT", "the session was changed since it was read");
    this.#current = current;
  }

  /** The record that is stored now. */
  get current(): SessionRecord<T> {
    return this.#current;
  }
}

/** Kind of failure that a `StoreUnavailableError` reports. */
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
  host?: string;
  port?: number;
}

/**
 * Rejects a call that the backend did not answer in time or refused, or whose connection was lost. Express, Fastify
 * and Koa answer it with status 503 and a `Retry-After` header, by `statusCode` and `headers`; Hono does so by
 * `getResponse`.
 */
export class StoreUnavailableError extends SessionStoreError {
  /** `"not-applied"`: nothing was changed. `"unknown"`: the command may have been applied. */
  readonly outcome: "not-applied" | "unknown";
  readonly reason: UnavailableReason;
  readonly statusCode = 503;
  readonly headers = RETRY_LATER;
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

  /** Returns the answer to a request that failed with this error. */
  getResponse(): Response {
    const headers = {
      ...this.headers,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    };
    return new Response("Service Unavailable\n", { status: this.statusCode, headers });
  }
}

/** The store was closed before or during the call. Frameworks answer it with status 503. */
export class StoreClosedError extends SessionStoreError {
  readonly statusCode = 503;
  readonly headers = RETRY_LATER;

  constructor() {
    super("ERR_STORE_CLOSED", "the session store is closed");
  }
}

/** The encoded session is larger than the store's `maxPayloadBytes`. Nothing was written. */
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

/** Rejects `update` and `touch` with `ifVersion` where the server can't compare versions. Nothing was written. */
export class ScriptsForbiddenError extends SessionStoreError {
  constructor() {
    super(
      "ERR_SCRIPTS_FORBIDDEN",
      "the server forbids scripts, which ifVersion needs: allow EVAL and EVALSHA, or use Valkey 8.1 or Redis 8.4",
    );
  }
}

/** True if an error has this code. Compares codes and not classes: the ESM and the CJS build have a class each. */
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

/** Returns the error of a call that was applied in part: the same error, with the outcome `"unknown"`. */
export function partiallyApplied(error: unknown): unknown {
  return hasCode(error, "ERR_STORE_UNAVAILABLE")
    ? new StoreUnavailableError("unknown", (error as StoreUnavailableError).reason, "applied only in part")
    : error;
}
