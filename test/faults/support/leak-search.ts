import { inspect } from "node:util";
import { onSessionaryEvent, type SessionaryEvents } from "sessionary";

const EVENTS = {
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

/** Looks for marks in everything that a program shows of itself: output, warnings, events, errors. */
export class LeakSearch {
  readonly #marks: string[];
  readonly #stops: (() => void)[] = [];
  readonly hits: string[] = [];
  /** How many things were searched. */
  searched = 0;

  /** @param marks none of which may be seen */
  constructor(marks: string[]) {
    this.#marks = [...marks];
    for (const name of Object.keys(EVENTS) as (keyof SessionaryEvents)[]) {
      this.#stops.push(onSessionaryEvent(name, (payload) => this.search(`event ${name}`, payload)));
    }
    const onWarning = (warning: Error) => this.search("process warning", warning);
    process.on("warning", onWarning);
    this.#stops.push(() => process.off("warning", onWarning));
    const methods: Record<"log" | "info" | "warn" | "error" | "debug", (...args: unknown[]) => void> =
      console;
    for (const name of ["log", "info", "warn", "error", "debug"] as const) {
      const original = methods[name];
      methods[name] = (...args: unknown[]) => {
        this.search(`console.${name}`, args);
        if (name === "error") original(...args); // the guard of all cases counts these
      };
      this.#stops.push(() => (methods[name] = original));
    }
  }

  addMark(mark: string): void {
    this.#marks.push(mark);
  }

  /** Searches a value as deep as a logger or a debugger shows it, and as JSON, and a log line as it is. */
  search(what: string, value: unknown): void {
    this.searched++;
    const texts = typeof value === "string" ? [value] : shown(value);
    for (const mark of this.#marks) {
      if (texts.some((text) => text.includes(mark))) this.hits.push(`${mark} in ${what}`);
    }
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}

function shown(value: unknown): string[] {
  const texts = [
    inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  ];
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.message, String(error.stack), JSON.stringify(error) ?? "", JSON.stringify({ ...error }));
  }
  return texts;
}
