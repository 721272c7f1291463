export type {
  CreateOptions,
  SessionData,
  SessionEntry,
  SessionRecord,
  SessionStore,
  UpdateOptions,
} from "./store.js";
export {
  PayloadTooLargeError,
  ScriptsForbiddenError,
  SessionConflictError,
  SessionExistsError,
  SessionLimitError,
  SessionStoreError,
  StoreClosedError,
  StoreUnavailableError,
  TemporaryStoreError,
} from "./errors.js";
export type { SessionStoreErrorCode, UnavailableCause, UnavailableReason } from "./errors.js";
export { jsonCodec } from "./codec/json.js";
export type { Codec } from "./codec/json.js";
export { MemoryStore } from "./memory/memory-store.js";
export type { MemoryStoreOptions } from "./memory/options.js";
export { onSessionaryEvent } from "./events.js";
export type { ConnectionFailure, SessionaryEvents } from "./events.js";
export { assertSessionId, isSessionId } from "./session-id.js";
export { assertExpiresAt } from "./codec/payload.js";
export { createStore } from "./create-store.js";
export type { CustomStoreConfig, CustomStoreOptions, StoreConfig, StoreOptions } from "./create-store.js";
export type { StoreFactory } from "./store-schemes.js";
export { encrypted } from "./codec/encrypted.js";
export type { EncryptedOptions, EncryptionKey } from "./codec/encrypted.js";
export { UserSessionStore } from "./users/user-session-store.js";
export { withUsers } from "./users/with-users.js";
export type { DestroyByUserOptions } from "./users/user-session-store.js";
export type { UserSession } from "./users/user-sessions.js";
export type { UserId, UserOptions } from "./users/options.js";
export type { LoginEntry, UserIndex } from "./users/user-index.js";
export { MemoryUserIndex } from "./memory/memory-user-index.js";
export { hashIds } from "./users/hash-ids.js";
export { sessionHandle } from "./users/storage-ids.js";
export { createSessions } from "./sessions/create-sessions.js";
export type { CookieOptions } from "./sessions/cookie-options.js";
export type { OnError } from "./sessions/failure-response.js";
export type { SessionsOptions } from "./sessions/options.js";
export type { OpenedSession, Session } from "./sessions/session.js";
export type { Sessions } from "./sessions/sessions.js";
