import type { SessionData } from "sessionary";
import { type Command, type IfVersion, IDS } from "./commands.js";

/** A version as all subjects know it: the number of the write that made it. */
export type Token = number | "unknown";

export interface ModelRecord {
  data: SessionData;
  lifeMs: number;
  version: Token;
}

/** What a command must give. */
export type Answer =
  | { value: unknown }
  | { record: ModelRecord | undefined }
  | { records: (ModelRecord | undefined)[] }
  | { version: Token | undefined }
  | { conflict: ModelRecord }
  | { error: string };

/** What a command comes to when the model has decided on its open ends. */
export interface Step {
  data: SessionData;
  ifVersion: Token | undefined;
  /** The write's own number, if it is one. */
  token: number;
  answer: Answer;
}

interface Kept {
  data: SessionData;
  endsAt: number;
  version: number;
}

/** The contract, on a plain Map. */
export class Model {
  readonly #kept = new Map<string, Kept>();
  readonly #versions = new Map<string, number[]>();
  #now = 0;
  #writes = 0;

  step(command: Command): Step {
    const token = ++this.#writes;
    const same = command.type === "update" && command.same && this.#live(command.id)?.data;
    const value = "value" in command ? command.value : undefined;
    // Each write stores something else, or its version may be that of an earlier one.
    const data = same || { write: token, value };
    const ifVersion = "ifVersion" in command ? this.#token(command.ifVersion, command.id) : undefined;
    return { data, ifVersion, token, answer: this.#answer(command, data, ifVersion, token) };
  }

  #answer(command: Command, data: SessionData, ifVersion: Token | undefined, token: number): Answer {
    switch (command.type) {
      case "create":
        if (!IDS.includes(command.id)) return { error: "TypeError" };
        if (this.#live(command.id)) return { error: "ERR_SESSION_EXISTS" };
        return { version: this.#write(command.id, data, command.lifeMs, token) };
      case "update": {
        const kept = this.#live(command.id);
        if (kept === undefined) return { version: undefined };
        if (ifVersion !== undefined && ifVersion !== kept.version) return { conflict: this.#record(kept) };
        const version = data === kept.data ? kept.version : token;
        return { version: this.#write(command.id, data, command.lifeMs, version) };
      }
      case "touch": {
        const kept = this.#live(command.id);
        if (kept === undefined) return { value: false };
        if (ifVersion !== undefined && ifVersion !== kept.version) return { conflict: this.#record(kept) };
        kept.endsAt = Math.max(kept.endsAt, this.#now + command.lifeMs);
        return { value: true };
      }
      case "destroy":
        return { value: this.#live(command.id) !== undefined && this.#kept.delete(command.id) };
      case "get":
        return {
          records: command.ids.map((id) => {
            const kept = this.#live(id);
            return kept && this.#record(kept);
          }),
        };
      case "count":
        return { value: this.#ids().length };
      case "ids":
        return { value: this.#ids().sort() };
      case "clear":
        this.#kept.clear();
        return { value: undefined };
      case "time passes":
        this.#now += command.ms;
        return { value: undefined };
      case "bad data":
      case "bad expiry":
        return { error: "TypeError" };
    }
  }

  #live(id: string): Kept | undefined {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.endsAt > this.#now ? kept : undefined;
  }

  #record({ data, endsAt, version }: Kept): ModelRecord {
    return { data, lifeMs: endsAt - this.#now, version };
  }

  #write(id: string, data: SessionData, lifeMs: number, version: number): number {
    this.#kept.set(id, { data, endsAt: this.#now + lifeMs, version });
    this.#versions.set(id, [...(this.#versions.get(id) ?? []), version]);
    return version;
  }

  #ids(): string[] {
    return [...this.#kept.keys()].filter((id) => this.#live(id));
  }

  #token(ifVersion: IfVersion, id: string): Token | undefined {
    const written = this.#versions.get(id) ?? [];
    if (ifVersion === "none") return undefined;
    if (ifVersion === "current") return written.at(-1) ?? "unknown";
    if (ifVersion === "earlier")
      return written.findLast((version) => version !== written.at(-1)) ?? "unknown";
    if (ifVersion === "unknown") return "unknown";
    const other = IDS.find((each) => each !== id && this.#live(each));
    return other === undefined ? "unknown" : this.#versions.get(other)!.at(-1)!;
  }
}
