import { onSessionaryEvent } from "sessionary";
import { expect, it } from "vitest";

it("rejects an unknown event and lists the events", () => {
  const subscribe = () => onSessionaryEvent("conection" as "connection", () => {});
  expect(subscribe).toThrow(TypeError);
  expect(subscribe).toThrow(
    'sessionary has no event "conection"; the events are save-dropped, conflict-merged, conflict-rejected, ',
  );
});

it.each([[undefined], [5], [{}]])("rejects %j in place of an event name", (name) => {
  expect(() => onSessionaryEvent(name as never, () => {})).toThrow(
    `sessionary has no event a value of type ${typeof name}`,
  );
});

it("rejects a listener that is not a function", () => {
  expect(() => onSessionaryEvent("evicted", undefined as never)).toThrow(
    "the listener of an event must be a function",
  );
});

it("accepts every event that it lists", () => {
  let names: string[] = [];
  try {
    onSessionaryEvent("unknown" as "connection", () => {});
  } catch (error) {
    names = /events are (.*)$/.exec((error as Error).message)?.[1]?.split(", ") ?? [];
  }
  expect(names.length).toBeGreaterThan(7);
  for (const name of names) onSessionaryEvent(name as "connection", () => {})();
});
