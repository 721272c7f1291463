import { randomUUID } from "node:crypto";
import type { Cluster, Redis } from "ioredis";
import { SessionConflictError, type SessionEntry } from "sessionary";
import { waitUntil } from "../../support/wait-until.js";
import { countingAs } from "./attempts.js";
import { type Settled, Tally, failureOf } from "./tally.js";
import type { Subject } from "./variants.js";

const LIFETIME_MS = 3_600_000;
const TICK_MS = 20;

export const entryOf = (id: string, n: number): SessionEntry => ({
  data: { id, n, text: "x".repeat(200) },
  expiresAt: Date.now() + LIFETIME_MS,
});

/** What must stand in the store for a session that comes and goes. */
type Fate = "there" | "gone" | "either";

/**
 * Steady calls on one store: members, which stay, are read, changed and touched; guests come and go.
 * It knows what must be in the store at the end.
 */
export class Traffic {
  readonly tally: Tally;
  readonly subject: Subject;
  readonly members: string[];
  readonly #guests = new Map<string, Fate>();
  readonly #leaving: string[] = [];
  readonly #versions = new Map<string, string>();
  #steps = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(subject: Subject, timeoutMs: number, members = 20) {
    this.subject = subject;
    this.tally = new Tally(timeoutMs);
    this.members = Array.from({ length: members }, () => `m-${randomUUID()}`);
  }

  /** Creates the members, before anything fails: however long a busy machine takes to connect. */
  async prepare(): Promise<void> {
    const { store, variant } = this.subject;
    const create = async (id: string) => {
      const entry = entryOf(id, 0);
      return Boolean((await store.update(id, entry)) ?? (await store.create(id, entry)));
    };
    await countingAs(variant, () =>
      Promise.all(this.members.map((id) => waitUntil("a member is stored", () => create(id)))),
    );
  }

  start(callsPerSecond: number): void {
    let due = 0;
    let before = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      due = Math.min(due + ((now - before) * callsPerSecond) / 1_000, callsPerSecond); // never a burst after a stall
      before = now;
      for (; due >= 1; due--) countingAs(this.subject.variant, () => this.#step());
    }, TICK_MS);
  }

  /** Ends the calls and waits for those under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.tally.settle();
  }

  /** What is not in Redis and must be, and what is and must not. */
  async compare(raw: Redis | Cluster): Promise<{ lost: number; broughtBack: number }> {
    const fates = [...this.members.map((id) => [id, "there"] as const), ...this.#guests];
    const there = await Promise.all(fates.map(([id]) => raw.exists(`sess:${id}`)));
    const lost = fates.filter(([, fate], i) => fate === "there" && there[i] === 0).length;
    const broughtBack = fates.filter(([, fate], i) => fate === "gone" && there[i] === 1).length;
    return { lost, broughtBack };
  }

  #step(): void {
    const step = this.#steps++;
    const member = this.members[step % this.members.length] as string;
    const kind = step % 12;
    if (kind < 6) void this.#read(member);
    else if (kind === 6) void this.#change(member, step);
    else if (kind === 7) void this.#changeIfSame(member, step);
    else if (kind < 10) void this.#touch(member);
    else if (kind === 10 || this.#leaving.length === 0) void this.#come();
    else void this.#leave(this.#leaving.shift() as string);
  }

  async #read(id: string): Promise<void> {
    const found = await this.tally.call("get", () => this.subject.store.get(id));
    if (!("value" in found)) return;
    if (found.value === undefined) this.tally.wrongAnswer("a live session was not found");
    else if (found.value.data.id !== id) this.tally.wrongAnswer("another session was given");
    else this.#versions.set(id, found.value.version);
  }

  async #change(id: string, n: number): Promise<void> {
    this.#expectThere(await this.tally.call("update", () => this.subject.store.update(id, entryOf(id, n))));
  }

  async #changeIfSame(id: string, n: number): Promise<void> {
    const ifVersion = this.#versions.get(id);
    const options = ifVersion === undefined ? {} : { ifVersion };
    const settled = await this.tally.call("update", () =>
      this.subject.store.update(id, entryOf(id, n), options),
    );
    const isConflict = "error" in settled && settled.error instanceof SessionConflictError;
    if (!isConflict) this.#expectThere(settled);
  }

  async #touch(id: string): Promise<void> {
    this.#expectThere(await this.tally.call("touch", () => this.subject.store.touch(id, entryOf(id, 0))));
  }

  #expectThere(settled: Settled<unknown>): void {
    if ("value" in settled && !settled.value) this.tally.wrongAnswer("a live session was taken for gone");
  }

  async #come(): Promise<void> {
    const id = `g-${randomUUID()}`;
    const settled = await this.tally.call("create", () => this.subject.store.create(id, entryOf(id, 0)));
    const refused = "error" in settled && failureOf(settled.error).endsWith("not-applied");
    this.#guests.set(id, "value" in settled ? "there" : refused ? "gone" : "either");
    this.#leaving.push(id);
  }

  async #leave(id: string): Promise<void> {
    const before = this.#guests.get(id);
    this.#guests.set(id, "either");
    const settled = await this.tally.call("destroy", () => this.subject.store.destroy(id));
    if ("value" in settled) this.#guests.set(id, "gone");
    else if (before === "gone" || failureOf(settled.error).endsWith("not-applied"))
      this.#guests.set(id, before ?? "either");
  }
}
