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
 * The base of every error that a store rejects with, `TypeError`s for bad input apart.
 * None of them holds a session id, a payload or a client's error object, in any property that
 * `util.inspect` or a logger shows.
 */
export class SessionStoreError extends Error {
  readonly code: SessionStoreErrorCode;

  constructor(code: SessionStoreErrorCode, message: string) {
    super(message);
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

/** Rejects `update` and `touch` when another version than `ifVersion` is stored. */
export class SessionConflictError<T extends object = SessionData> extends SessionStoreError {
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

/** Why a store could not answer. */
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

/** The backend did not answer in time, refused the command, or the connection was lost. */
export class StoreUnavailableError extends SessionStoreError {
  /** `"not-applied"`: nothing was changed. `"unknown"`: the command may have been applied. */
  readonly outcome: "not-applied" | "unknown";
  readonly reason: UnavailableReason;

  constructor(outcome: "not-applied" | "unknown", reason: UnavailableReason, detail: string) {
    super("ERR_STORE_UNAVAILABLE", `the session store is unavailable: ${detail}`);
    this.outcome = outcome;
    this.reason = reason;
  }
}

/** The store was closed before or during the call. */
export class StoreClosedError extends SessionStoreError {
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

/** The user has as many sessions as `maxPerUser` allows, and `overflow` is `"reject"`. Nothing was written. */
export class SessionLimitError extends SessionStoreError {
  constructor(maxPerUser: number) {
    super("ERR_SESSION_LIMIT", `the user has ${maxPerUser} sessions already, which is maxPerUser`);
  }
}

/** Rejects `update` and `touch` with `ifVersion` when the backend forbids the scripts that they need. Nothing was written. */
export class ScriptsForbiddenError extends SessionStoreError {
  constructor() {
    super(
      "ERR_SCRIPTS_FORBIDDEN",
      "the backend forbids scripts, which update() and touch() with ifVersion need",
    );
  }
}

/** By code and not by class, so that it holds across the ESM and the CJS copy of this package. */
export function hasCode<C extends SessionStoreErrorCode>(
  error: unknown,
  code: C,
): error is C extends "ERR_SESSION_CONFLICT" ? SessionConflictError : SessionStoreError {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}
