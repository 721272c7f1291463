import { onTestFinished } from "vitest";
import { onSessionaryEvent, type SessionaryEvents } from "sessionary";

/** Collects what memory stores drop, until the test is over. */
export function watchEvictions(): SessionaryEvents["evicted"][] {
  const seen: SessionaryEvents["evicted"][] = [];
  onTestFinished(onSessionaryEvent("evicted", (event) => seen.push(event)));
  return seen;
}
