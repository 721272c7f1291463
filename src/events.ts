import { channel, type Channel } from "node:diagnostics_channel";
import type { UnavailableReason } from "./errors.js";

/**
 * Event payloads by event name. The library publishes each event on the `node:diagnostics_channel` named
 * `sessionary:` + name. No payload contains a session id, session data or a password.
 */
export interface SessionaryEvents {
  /** A save or touch was dropped because its session was destroyed, cleared, regenerated or expired. */
  "save-dropped": { operation: "save" | "touch" };
  /** A save found a newer version and was merged with it, after this many attempts. */
  "conflict-merged": { attempts: number };
  /** A save found a newer version and was rejected: by `onConflict`, or after this many attempts. */
  "conflict-rejected": { attempts: number };
  /** A stored session could not be decoded and was treated as missing. */
  "payload-undecodable": { store: string; reason: string };
  /** A store removed a session on its own. */
  evicted: { store: string; reason: "capacity" | "expired" };
  /**
   * A write through an adapter or `createSessions` failed. Published once for each failure, apart from the error itself,
   * which the framework, `onError` or `console.error` gets. In Express the response may have been sent already.
   */
  "write-failed": { operation: "save" | "touch" | "destroy"; code: string };
  /** The store forbids scripts, so concurrent saves are no longer detected. Published once per adapter. */
  "conflict-detection-off": { adapter: string };
  /** `userIdOf` threw on a stored session, or returned no user id. The session counts as anonymous. */
  "user-unknown": { error: string };
  /** Sessions above `maxPerUser` could not be destroyed. The user's next login tries again. */
  "limit-exceeded": { code: string };
  /** A Redis connection changed its state. `"failed"` means that it could not be opened; the store tries again. */
  connection:
    | { store: string; state: "ready" | "lost" | "closed" }
    | ({ store: string; state: "failed" } & ConnectionFailure);
}

/** Reason why a connection could not be opened. */
export interface ConnectionFailure {
  /** Kind of failure. */
  reason: UnavailableReason;
  /** The cause and what to do about it, in one sentence. */
  message: string;
  /** Error code of the network, of TLS or of Redis, such as `"ECONNREFUSED"` or `"WRONGPASS"`. */
  code?: string;
  /** Host that the store tried to reach; missing for a Unix socket. */
  host?: string;
  /** Port that the store tried to reach; missing for a Unix socket. */
  port?: number;
}

const NAMES = {
  "save-dropped": true,
  "conflict-merged": true,
  "conflict-rejected": true,
  "payload-undecodable": true,
  evicted: true,
  "write-failed": true,
  "conflict-detection-off": true,
  "user-unknown": true,
  "limit-exceeded": true,
  connection: true,
} satisfies Record<keyof SessionaryEvents, true>;

const channels = new Map<string, Channel>();

function channelOf(event: keyof SessionaryEvents): Channel {
  let found = channels.get(event);
  if (found === undefined) channels.set(event, (found = channel(`sessionary:${event}`)));
  return found;
}

/**
 * Calls a listener for each event of this name that any store or adapter of this process publishes.
 * @returns a function that removes the listener.
 * @throws TypeError if there is no event of this name, or the listener is not a function.
 * @example
 * onSessionaryEvent("write-failed", ({ operation, code }) => log.warn(`session ${operation} failed: ${code}`));
 */
export function onSessionaryEvent<E extends keyof SessionaryEvents>(
  event: E,
  listener: (payload: SessionaryEvents[E]) => void,
): () => void {
  if (!Object.hasOwn(NAMES, event)) {
    const names = Object.keys(NAMES).join(", ");
    const received = typeof event === "string" ? `"${event}"` : `a value of type ${typeof event}`;
    throw new TypeError(`sessionary has no event ${received}; the events are ${names}`);
  }
  if (typeof listener !== "function") throw new TypeError("the listener of an event must be a function");
  const onMessage = (payload: unknown) => listener(payload as SessionaryEvents[E]);
  channelOf(event).subscribe(onMessage);
  return () => void channelOf(event).unsubscribe(onMessage);
}

/** Publishes an event to all listeners in this process. */
export function publish<E extends keyof SessionaryEvents>(event: E, payload: SessionaryEvents[E]): void {
  channelOf(event).publish(payload);
}
