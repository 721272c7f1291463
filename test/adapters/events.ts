import { onSessionaryEvent, type SessionaryEvents } from "sessionary";
import { onTestFinished } from "vitest";

const NAMES = [
  "save-dropped",
  "conflict-merged",
  "conflict-rejected",
  "payload-undecodable",
  "evicted",
  "write-failed",
  "conflict-detection-off",
  "user-unknown",
  "limit-exceeded",
  "connection",
] as const satisfies (keyof SessionaryEvents)[];

/** All names are in the list. */
type Missing = Exclude<keyof SessionaryEvents, (typeof NAMES)[number]>;
export const EVENTS: [Missing] extends [never] ? readonly (keyof SessionaryEvents)[] : never = NAMES;

export type Seen = [event: keyof SessionaryEvents, payload: unknown];

/**
 * What is published from now on, to the end of the test; about connections only when asked, since those of
 * an earlier test may still be closing.
 */
export function seenEvents(
  names: readonly (keyof SessionaryEvents)[] = EVENTS.filter((name) => name !== "connection"),
): Seen[] {
  const seen: Seen[] = [];
  for (const name of names) {
    onTestFinished(onSessionaryEvent(name, (payload) => seen.push([name, payload])));
  }
  return seen;
}
