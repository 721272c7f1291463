import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { SessionData, SessionEntry, SessionRecord, SessionStore } from "../store.js";
import { withPlainIds } from "./plain-ids.js";
import { SECRET } from "./rejections.js";
import type { StoreUnderTest } from "./subject.js";

/** Extra time for a slow machine, in milliseconds. */
const GRACE_MS = 1_000;

/** Context of one test: its own store, the clock, and helpers. */
export class TestContext {
  readonly store: SessionStore;
  readonly #opened: SessionStore[];
  readonly #subject: StoreUnderTest;

  private constructor(subject: StoreUnderTest, store: SessionStore) {
    this.#subject = subject;
    this.store = subject.hashesIds === true ? withPlainIds(store) : store;
    this.#opened = [store];
  }

  static async run(subject: StoreUnderTest, test: (context: TestContext) => Promise<void>): Promise<void> {
    const context = new TestContext(subject, await subject.open());
    try {
      await test(context);
    } finally {
      for (const store of context.#opened) await store.close();
    }
  }

  /** Opens a second store. */
  async another(): Promise<SessionStore> {
    const store = await this.#subject.open();
    this.#opened.push(store);
    return store;
  }

  get toleranceMs(): number {
    return this.#subject.toleranceMs ?? (this.#subject.clock === undefined ? 1_000 : 0);
  }

  now(): number {
    return this.#subject.clock?.now() ?? Date.now();
  }

  entry(data: SessionData = { user: SECRET }, lifetimeMs = 60_000): SessionEntry {
    return { data, expiresAt: this.now() + lifetimeMs };
  }

  /** Returns an entry that has expired, by more than the tolerance. */
  pastEntry(agoMs = 1): SessionEntry {
    return this.entry({ user: SECRET, late: true }, -this.toleranceMs - agoMs);
  }

  /** Returns the stored record. Fails if there is none. */
  async stored(id: string): Promise<SessionRecord> {
    const record = await this.store.get(id);
    assert.ok(record !== undefined, "a session is missing");
    return record;
  }

  async storedIds(): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of this.store.ids()) ids.push(id);
    return ids.sort();
  }

  assertMoment(actual: number, expected: number): void {
    assert.ok(Number.isFinite(actual), "expiresAt is a number");
    const apartMs = Math.abs(actual - expected);
    assert.ok(
      apartMs <= this.toleranceMs,
      `expiresAt is ${apartMs} ms off; the tolerance is ${this.toleranceMs}`,
    );
  }

  /** Asserts that the stored session is still equal to `record`. */
  async assertUnchanged(id: string, record: SessionRecord): Promise<void> {
    const { data, version, expiresAt } = await this.stored(id);
    assert.deepEqual(data, record.data, "the stored data changed");
    assert.equal(version, record.version, "the stored version changed");
    this.assertMoment(expiresAt, record.expiresAt);
  }

  async assertEmpty(): Promise<void> {
    assert.equal(await this.store.count(), 0, "count resolves to 0");
    assert.deepEqual(await this.storedIds(), [], "ids yields nothing");
  }

  /** Asserts that a session that is missing now has reached its `expiresAt`. */
  assertNotEarly(expiresAt: number): void {
    assert.ok(this.now() >= expiresAt - this.toleranceMs, "a session ended before its expiresAt");
  }

  /**
   * Waits until the expiring sessions are gone. Asserts that this happens neither before their `expiresAt` nor long
   * after it.
   */
  async untilOver(expiresAt: number, expiring: number, remaining: () => Promise<number>): Promise<void> {
    const tooLate = "a session outlived its expiresAt";
    if (this.#subject.clock !== undefined) {
      await this.#advanceTo(expiresAt - this.toleranceMs - 1);
      if ((await remaining()) < expiring) this.assertNotEarly(expiresAt);
      await this.#advanceTo(expiresAt + this.toleranceMs + 1);
      return assert.equal(await remaining(), 0, tooLate);
    }
    for (let left = expiring; left > 0; await sleep(10)) {
      const calledAt = this.now(); // the process may stall before the result arrives
      left = await remaining();
      if (left < expiring) this.assertNotEarly(expiresAt);
      assert.ok(left === 0 || calledAt <= expiresAt + this.toleranceMs + GRACE_MS, tooLate);
    }
  }

  async #advanceTo(moment: number): Promise<void> {
    const { clock } = this.#subject;
    if (clock !== undefined && moment > clock.now()) await clock.advance(moment - clock.now());
  }

  async corrupt(id: string): Promise<void> {
    await this.#subject.supports?.corrupt?.(this.#opened[0]!, id);
  }
}
