import { channel, type Channel } from "node:diagnostics_channel";

/**
 * Everything that sessionary reports outside of return values and errors, by event name.
 * No event carries a session id or session data.
 *
 * Each event is a `node:diagnostics_channel` of the name `sessionary:` + event.
 */
export interface SessionaryEvents {
  /** A save or touch was dropped: its session had been destroyed, cleared, regenerated, or had expired. */
  "save-dropped": { operation: "save" | "touch" };
  /** A save met a newer version and was merged with it after this many tries. */
  "conflict-merged": { attempts: number };
  /** A save met a newer version and was rejected: by `onConflict`, or after this many tries. */
  "conflict-rejected": { attempts: number };
  /** What was stored could not be decoded, and was treated as a missing session. */
  "payload-undecodable": { store: string; reason: string };
  /** A store dropped a session by itself. */
  evicted: { store: string; reason: "capacity" | "expired" };
  /** A write through an adapter failed. In Express the response may have been sent already. */
  "write-failed": { operation: "save" | "touch" | "destroy"; code: string };
  /** The store forbids scripts: conflicting saves are no longer detected. Reported once per adapter. */
  "conflict-detection-off": { adapter: string };
  /** A Redis connection changed its state. */
  connection: { store: string; state: "ready" | "lost" | "closed" };
}

const channels = new Map<string, Channel>();

function channelOf(event: keyof SessionaryEvents): Channel {
  let found = channels.get(event);
  if (found === undefined) channels.set(event, (found = channel(`sessionary:${event}`)));
  return found;
}

/**
 * Calls `listener` for each event of this name, in this process, from any store or adapter.
 * @returns a function that ends the subscription.
 */
export function onSessionaryEvent<E extends keyof SessionaryEvents>(
  event: E,
  listener: (payload: SessionaryEvents[E]) => void,
): () => void {
  const onMessage = (payload: unknown) => listener(payload as SessionaryEvents[E]);
  channelOf(event).subscribe(onMessage);
  return () => void channelOf(event).unsubscribe(onMessage);
}

export function publish<E extends keyof SessionaryEvents>(event: E, payload: SessionaryEvents[E]): void {
  channelOf(event).publish(payload);
}
