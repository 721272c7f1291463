import { describe, expect, it } from "vitest";
import { type Change, combine } from "../../src/tracker/combine.js";
import type { Lifetime } from "../../src/tracker/lifetime.js";
import type { Base, Snapshot } from "../../src/tracker/state.js";

type Fields = Record<string, unknown>;

const NOW = Date.UTC(2030, 0, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const snapshot = (fields: Fields, lifetime: Lifetime | undefined = HOUR_MS): Snapshot => ({
  text: JSON.stringify(fields),
  lifetime,
});
const change = (fields: Fields, lifetime: Lifetime = HOUR_MS): Change => ({
  text: JSON.stringify(fields),
  fields: () => fields,
  lifetime,
});
const base = (fields: Fields, rest: Partial<Base> = {}): Base => ({
  ...snapshot(fields),
  expiresAt: NOW + HOUR_MS / 2,
  version: "1",
  createdAt: undefined,
  needsWrite: false,
  ...rest,
});

/** Combines one change with what is stored. */
const combined = (from: Snapshot, to: Change, stored: Base) =>
  combine([{ snapshot: from, change: to }], stored, NOW);

describe("the fields", () => {
  it("are those of the request if nothing else changed", () => {
    const mine = { n: 2 };
    const next = combined(snapshot({ n: 1 }), change(mine), base({ n: 1 }));
    expect(next.fields()).toBe(mine);
    expect(next).toMatchObject({ text: '{"n":2}', changed: true });
  });

  it("are those that are stored if the request changed none", () => {
    const next = combined(snapshot({ n: 1 }), change({ n: 1 }), base({ n: 2 }));
    expect(next.fields()).toEqual({ n: 2 });
    expect(next).toMatchObject({ text: '{"n":2}', changed: false });
  });

  it("are merged if both changed", () => {
    const next = combined(snapshot({ n: 1 }), change({ n: 1, mine: 1 }), base({ n: 2 }));
    expect(next.fields()).toEqual({ n: 2, mine: 1 });
    expect(JSON.parse(next.text)).toEqual({ n: 2, mine: 1 });
    expect(next.changed).toBe(true);
  });

  it("count as unchanged if the merge is what is stored", () => {
    const next = combined(snapshot({ n: 1 }), change({ n: 2 }), base({ n: 2 }));
    expect(next.changed).toBe(false);
  });

  it("apply changes one after the other", () => {
    const none = snapshot({});
    const changes = [change({ a: 1 }), change({ b: 2 }), change({ b: 3 })].map((each) => ({
      snapshot: none,
      change: each,
    }));
    const next = combine(changes, base({}), NOW);
    expect(next.fields()).toEqual({ a: 1, b: 3 });
    expect(JSON.parse(next.text)).toEqual({ a: 1, b: 3 });
  });
});

describe("the expiry", () => {
  const same = snapshot({});

  it("is the stored lifetime from now on if the request did not change it", () => {
    const stored = base({}, { lifetime: DAY_MS });
    expect(combined(same, change({}), stored)).toMatchObject({
      lifetime: DAY_MS,
      expiresAt: NOW + DAY_MS,
      changed: false,
    });
  });

  it("never moves back if the request did not change the lifetime", () => {
    const stored = base({}, { expiresAt: NOW + DAY_MS });
    expect(combined(same, change({ n: 1 }), stored).expiresAt).toBe(NOW + DAY_MS);
  });

  it("moves to a changed lifetime, forward or back", () => {
    for (const lifetime of [DAY_MS, HOUR_MS / 60, new Date(NOW + 1)]) {
      const next = combined(same, change({}, lifetime), base({}));
      expect(next).toMatchObject({
        lifetime,
        expiresAt: NOW + Number(lifetime) - (lifetime instanceof Date ? NOW : 0),
      });
      expect(next.changed).toBe(true);
    }
  });

  it("is that of the last change of the lifetime", () => {
    const stored = base({}, { lifetime: HOUR_MS / 2 });
    const changes = [
      { snapshot: same, change: change({}, DAY_MS) },
      { snapshot: same, change: change({}, 2 * HOUR_MS) },
      { snapshot: same, change: change({}) },
    ];
    expect(combine(changes, stored, NOW)).toMatchObject({
      lifetime: 2 * HOUR_MS,
      expiresAt: NOW + 2 * HOUR_MS,
    });
  });

  it("follows the request if the stored data does not say a lifetime", () => {
    const stored = base({}, { lifetime: undefined });
    const unknown: Snapshot = { text: "{}", lifetime: undefined };
    expect(combined(unknown, change({}, DAY_MS), stored)).toMatchObject({
      lifetime: DAY_MS,
      expiresAt: NOW + DAY_MS,
      changed: false,
    });
    expect(combined(unknown, change({}, 1), stored).expiresAt).toBe(NOW + HOUR_MS / 2);
  });

  it("replaces the missing expiry of a record that has to be written", () => {
    const stored = base({}, { expiresAt: 8.64e15, needsWrite: true });
    expect(combined(same, change({}), stored)).toMatchObject({ expiresAt: NOW + HOUR_MS, changed: true });
  });
});
