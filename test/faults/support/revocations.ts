import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreUnavailableError, type UserSessionStore } from "sessionary";
import { waitUntil } from "../../support/wait-until.js";
import { type Settled, Tally } from "./tally.js";
import { type Standing, differences } from "./user-audit.js";
import { sessionOf } from "./user-operations.js";
import type { Subject } from "./variants.js";

const USERS = 60;
const PER_USER = 3;
const EVERY_MS = 40;

interface User {
  name: string;
  ids: string[];
  /** The oldest of them, and what it is called on the user's page. */
  oldest: string;
  handle: string;
  /** The sessions that are to end, once that was asked for. */
  ending: string[];
  settled?: Settled<unknown>;
}

/** What was found when all was over. */
export interface Found {
  /** Sessions that nobody had ended, and that are gone. */
  lost: number;
  /** Sessions that had been ended, and are there. */
  broughtBack: number;
  unlisted: number;
}

/** Users of one store, whose sessions are ended one user after the other. */
export class Revocations {
  readonly tally: Tally;
  readonly subject: Subject;
  readonly #users: User[];
  #going: Promise<void> | undefined;
  #stopped = false;

  constructor(subject: Subject, timeoutMs: number) {
    this.subject = subject;
    this.tally = new Tally(4 * timeoutMs); // to list, to read, to end and to tidy up
    this.#users = Array.from({ length: USERS }, () => ({
      name: randomUUID(),
      ids: Array.from({ length: PER_USER }, () => randomUUID()),
      oldest: "",
      handle: "",
      ending: [],
    }));
  }

  /** @param store a store over the same sessions, with more time for each call than the one under test */
  async prepare(store: UserSessionStore): Promise<void> {
    await waitUntil("the store answers", () => this.subject.store.count().then(() => true));
    for (const user of this.#users) {
      await Promise.all(user.ids.map((id) => store.create(id, sessionOf(id, user.name))));
      const [first] = await store.listByUser(user.name);
      user.oldest = String(first?.data.id);
      user.handle = String(first?.handle);
    }
  }

  start(): void {
    this.#going = this.#go();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#going;
    await this.tally.settle();
  }

  /** @param found what stands in Redis now */
  async compare(found: Standing): Promise<Found> {
    const wrong = (what: string) => this.tally.wrongAnswer(what);
    const result: Found = { lost: 0, broughtBack: 0, unlisted: 0 };
    for (const user of this.#users) {
      const there = (found.get(user.name) ?? []).map(({ id }) => id);
      const kept = user.ids.filter((id) => !user.ending.includes(id));
      result.lost += kept.filter((id) => !there.includes(id)).length;
      const back = user.ending.filter((id) => there.includes(id));
      const { settled } = user;
      if (settled !== undefined && "value" in settled) {
        result.broughtBack += back.length;
        const all = settled.value === true || settled.value === user.ending.length;
        if (!all) wrong(`a revocation says ${String(settled.value)}`);
      } else if (settled?.error instanceof StoreUnavailableError) {
        const isSaid = settled.error.outcome === "not-applied";
        if (isSaid && back.length < user.ending.length) wrong("a revocation says not-applied, and was");
      }
      const { ghosts, twice, unlisted } = await differences(this.subject.store, user.name, found);
      if (ghosts.length > 0) wrong("a session is listed that is not there");
      if (twice.length > 0) wrong("a session is listed twice");
      result.unlisted += unlisted.length;
    }
    return result;
  }

  /** Asks once more, for every user. */
  async again(): Promise<void> {
    const { store } = this.subject;
    // A client that was handed in may take a while to come back.
    await waitUntil("the store takes writes", () => store.destroyByUser("nobody").then(() => true));
    for (const { name } of this.#users) await store.destroyByUser(name);
  }

  /** @returns how many a scan has ended of what is left */
  async scan(found: Standing): Promise<number> {
    let ended = 0;
    for (const { name } of this.#users.filter((user) => found.has(user.name))) {
      ended += await this.subject.store.destroyByUser(name, { scan: true });
    }
    return ended;
  }

  left(found: Standing): number {
    return this.#users.reduce((total, { name }) => total + (found.get(name)?.length ?? 0), 0);
  }

  /** In turn: one session by its handle, all of a user, and all but one. */
  async #go(): Promise<void> {
    const { store } = this.subject;
    const calls: Promise<unknown>[] = [];
    for (const [i, user] of this.#users.entries()) {
      if (this.#stopped) break;
      const [exceptId = "", ...others] = user.ids;
      const revoke: () => Promise<unknown> = [
        () => store.destroyByHandle(user.name, user.handle),
        () => store.destroyByUser(user.name),
        () => store.destroyByUser(user.name, { exceptId }),
      ][i % 3]!;
      user.ending = [[user.oldest], user.ids, others][i % 3]!;
      calls.push(this.tally.call("revocation", revoke).then((settled) => (user.settled = settled)));
      await sleep(EVERY_MS);
    }
    await Promise.all(calls);
  }
}
