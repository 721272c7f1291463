import assert from "node:assert/strict";
import type { SessionEntry, SessionRecord } from "sessionary";
import { IDLE_TIMEOUT_MS } from "./actions.js";
import { type Fields, copyOf } from "./edits.js";
import { expectedFields } from "./expected-fields.js";
import type { Asked, Change } from "./asked.js";

/** A session as it must be stored now. */
export interface Expected {
  fields: Fields;
  version: string;
  lifetimeMs: number;
  /** Lifetimes that it had, each from a time on. */
  readonly lifetimes: { from: number; lifetimeMs: number }[];
  expiresAt: number;
  /** Set once it was destroyed: by which request, or by `destroyByUser`. */
  end: Asked | "by user" | undefined;
}

/** Largest difference of two times that count as equal: Redis's clock runs on while the test's stands still. */
const SLACK_MS = 5_000;
/** Largest difference of two cookies' lifetimes that count as equal: express-session computes them from the clock. */
const LIFETIME_SLACK_MS = 1_000;

/**
 * Sessions as they must be stored, computed from what requests changed and from the order in which their calls
 * reached the store. Every read and write is compared with them.
 */
export class ExpectedSessions {
  readonly #sessions = new Map<string, Expected>();
  readonly #changes: Change[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get(id: string): Expected | undefined {
    return this.#sessions.get(id);
  }

  /** Returns a session that is neither destroyed nor expired. */
  live(id: string): Expected | undefined {
    const session = this.#sessions.get(id);
    return session !== undefined && session.end === undefined && session.expiresAt > this.#now()
      ? session
      : undefined;
  }

  liveIds(): string[] {
    return [...this.#sessions.keys()].filter((id) => this.live(id) !== undefined);
  }

  /** Notes a change that a request made to its session, before it saves it. */
  changed(change: Change): void {
    this.#changes.push(change);
  }

  /** Checks what a read returned. */
  read(id: string, record: SessionRecord | undefined): void {
    const session = this.live(id);
    if (session === undefined) return assert.equal(record, undefined, `${id} came back`);
    assert(record, `${id} is missing`);
    assert.deepEqual(fieldsOf(record), session.fields, `the fields of ${id}`);
    assert.equal(record.version, session.version, `the version of ${id}`);
    assertNear(lifetimeOf(record), session.lifetimeMs, LIFETIME_SLACK_MS, `the lifetime of ${id}`);
    assertNear(record.expiresAt, session.expiresAt, SLACK_MS, `the expiry of ${id}`);
  }

  /** Checks a create that succeeded. @param defaultMs lifetime unless the request changed it. */
  created(id: string, entry: SessionEntry, version: string, asked: Asked, defaultMs: number): void {
    assert(!this.#sessions.has(id), `${id} was created again`);
    const changes = this.#changes.filter((change) => change.id === id && change.asked === asked);
    const members = changes.filter(({ marker }) => marker === undefined || marker in entry.data);
    const fields = members.reduce((stored, change) => this.#applied(change, stored), {});
    assert.deepEqual(fieldsOf(entry), fields, `the fields of ${id}, which is new`);
    const lifetimeMs = members.findLast((change) => change.lifetimeMs !== undefined)?.lifetimeMs ?? defaultMs;
    assertNear(lifetimeOf(entry), lifetimeMs, LIFETIME_SLACK_MS, `the lifetime of ${id}, which is new`);
    this.#assertExpiry(id, entry, this.#now() + lifetimeMs);
    asked.stored(id, {});
    for (const change of members) markStored(change);
    const lifetimes = [{ from: this.#now(), lifetimeMs }];
    const { expiresAt } = entry;
    this.#sessions.set(id, { fields, version, lifetimeMs, lifetimes, expiresAt, end: undefined });
  }

  /** Checks an update that was answered with a version, or with undefined. */
  updated(id: string, entry: SessionEntry, version: string | undefined): void {
    const session = this.live(id);
    if (version === undefined) return assert.equal(session, undefined, `${id} is missing for an update`);
    assert(session, `${id} came back by an update`);
    const members = this.#changes.filter(
      (change) =>
        change.id === id && !change.isStored && change.marker !== undefined && change.marker in entry.data,
    );
    const fields = members.reduce((stored, change) => this.#applied(change, stored), session.fields);
    assert.deepEqual(fieldsOf(entry), fields, `the fields of ${id}`);
    this.#updateLifetime(id, session, entry, members);
    for (const change of members) markStored(change);
    Object.assign(session, { fields, version, expiresAt: entry.expiresAt });
  }

  /** Checks a touch that was answered. */
  touched(id: string, { expiresAt }: SessionEntry, exists: boolean): void {
    const session = this.live(id);
    assert.equal(exists, session !== undefined, `a touch of ${id}`);
    if (session === undefined) return;
    assertNear(expiresAt, this.#now() + session.lifetimeMs, SLACK_MS, `a touch of ${id}`);
    session.expiresAt = Math.max(session.expiresAt, expiresAt);
  }

  /** Checks that a write met a conflict with reason. */
  conflicted(id: string, ifVersion: string | undefined): void {
    assert.notEqual(ifVersion, this.live(id)?.version, `a conflict of the same version of ${id}`);
  }

  destroyed(id: string, existed: boolean, by: Asked): void {
    const session = this.live(id);
    assert.equal(existed, session !== undefined, `${id} was destroyed`);
    if (session !== undefined) session.end = by;
  }

  destroyedByUser(user: unknown, count: number): void {
    const sessions = this.liveIds().map((id) => this.#sessions.get(id)!);
    const ended = sessions.filter(({ fields }) => fields.user === user);
    assert.equal(count, ended.length, "the sessions that destroyByUser ended");
    for (const session of ended) session.end = "by user";
  }

  #applied({ asked, id, before, after }: Change, stored: Fields): Fields {
    return expectedFields(asked.withoutEnded(id, before), asked.withoutEnded(id, after), stored);
  }

  /** A changed lifetime wins over requests that did not change it, which never move the expiry back. */
  #updateLifetime(id: string, session: Expected, entry: SessionEntry, members: Change[]): void {
    const written = lifetimeOf(entry);
    const candidates = this.#changes.filter(
      (change) => change.id === id && change.lifetimeMs !== undefined && change.lifetime !== "stored",
    );
    const winner = candidates.findLast(({ lifetimeMs }) => isNear(lifetimeMs!, written, LIFETIME_SLACK_MS));
    const last = winner === undefined ? -1 : candidates.indexOf(winner);
    assert(!candidates.slice(last + 1).some((change) => members.includes(change)), `the lifetime of ${id}`);
    if (winner === undefined) {
      assertNear(written, session.lifetimeMs, LIFETIME_SLACK_MS, `the lifetime of ${id}`);
      this.#assertExpiry(id, entry, Math.max(session.expiresAt, this.#now() + session.lifetimeMs));
      return;
    }
    session.lifetimeMs = winner.lifetimeMs!;
    session.lifetimes.push({ from: this.#now(), lifetimeMs: session.lifetimeMs });
    this.#assertExpiry(id, entry, this.#now() + session.lifetimeMs);
    winner.lifetime = "stored";
    for (const change of candidates.slice(0, last)) {
      const { asked, marker } = change;
      const mayBeIn = marker === undefined && asked.server === winner.asked.server;
      if (mayBeIn) change.lifetime = "covered";
    }
  }

  #assertExpiry(id: string, { expiresAt }: SessionEntry, expected: number): void {
    assertNear(expiresAt, expected, SLACK_MS, `the expiry that is written for ${id}`);
  }
}

function markStored(change: Change): void {
  change.isStored = true;
  change.lifetime = "stored";
  change.asked.stored(change.id, change.after);
}

export function fieldsOf({ data }: SessionEntry): Fields {
  const { cookie: _, ...fields } = data;
  return copyOf(fields);
}

/** Returns the lifetime in a record. `createSessions` stores none: all of its sessions have the same one. */
export function lifetimeOf({ data }: SessionEntry): number {
  return data.cookie === undefined
    ? IDLE_TIMEOUT_MS
    : (data.cookie as { originalMaxAge: number }).originalMaxAge;
}

function isNear(a: number, b: number, slack: number): boolean {
  return Math.abs(a - b) < slack;
}

function assertNear(actual: number, expected: number, slack: number, what: string): void {
  assert(isNear(actual, expected, slack), `${what}: ${actual} instead of ${expected}`);
}
