import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { merge } from "sessionary/tracker";

type Fields = Record<string, unknown>;

/** Few names, so that the sides meet on the same keys; some of them are dangerous as names of properties. */
const key = fc.constantFrom("a", "b", "c", "user", "constructor", "toString", "__proto__");
const scalar = fc.constantFrom(null, true, false, 0, 1, "", "text");

/** JSON values, as `JSON.parse` returns them. */
const { object } = fc.letrec<{ object: Fields; value: unknown }>((tie) => ({
  object: fc
    .array(fc.tuple(key, tie("value")), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, fc.array(scalar), tie("object")),
}));

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the object at a path below `root`, which is created there if it does not exist. */
function objectAt(root: Fields, path: readonly string[]): Fields {
  let at = root;
  for (const name of path) {
    if (!Object.hasOwn(at, name) || !isObject(at[name])) define(at, name, {});
    at = at[name] as Fields;
  }
  return at;
}

/** Sets an own property; an assignment to `__proto__` would set the prototype. */
function define(fields: Fields, name: string, value: unknown): void {
  Object.defineProperty(fields, name, { value, configurable: true, enumerable: true, writable: true });
}

/** Returns a copy in which `edit` has changed the object at a path. */
function edited(fields: Fields, path: readonly string[], edit: (at: Fields) => void): Fields {
  const result = copy(fields);
  edit(objectAt(result, path));
  return result;
}

const path = fc.array(fc.constantFrom("a", "b", "user"), { maxLength: 3 });

describe("merge", () => {
  it("returns what this request has if nothing else changed what is stored", () => {
    fc.assert(fc.property(object, object, (a, b) => assert.deepEqual(merge(a, b, a), b)));
  });

  it("returns what is stored if this request changed nothing", () => {
    fc.assert(fc.property(object, object, (a, c) => assert.deepEqual(merge(a, copy(a), c), c)));
  });

  it("returns the same if both sides changed it to the same", () => {
    fc.assert(fc.property(object, object, (a, b) => assert.deepEqual(merge(a, b, copy(b)), b)));
  });

  it("keeps the changes of both sides to different keys, in either order, at every depth", () => {
    const change = fc.option(fc.oneof(scalar, fc.array(scalar), object), { nil: undefined });
    fc.assert(
      fc.property(object, path, change, change, (fields, path, ours, theirs) => {
        const snapshot = edited(fields, path, () => {});
        const set = (at: Fields, name: string, value: unknown) =>
          value === undefined ? delete at[name] : define(at, name, value);
        const mine = edited(snapshot, path, (at) => set(at, "mine", ours));
        const stored = edited(snapshot, path, (at) => set(at, "stored", theirs));
        const both = edited(mine, path, (at) => set(at, "stored", theirs));
        assert.deepEqual(merge(snapshot, mine, stored), both);
        assert.deepEqual(merge(snapshot, stored, mine), both);
      }),
    );
  });

  it("lets a removal, or a replacement by another kind of value, win over edits inside, on either side", () => {
    const replacement = fc.oneof(fc.constant(undefined), scalar, fc.array(scalar));
    fc.assert(
      fc.property(object, path, path, fc.integer(), replacement, (fields, path, inside, value, replaced) => {
        const snapshot = edited(fields, [...path, "target", ...inside], () => {});
        const editing = edited(snapshot, [...path, "target", ...inside], (at) => (at.edited = value));
        const removing = edited(snapshot, path, (at) =>
          replaced === undefined ? delete at.target : (at.target = replaced),
        );
        assert.deepEqual(merge(snapshot, editing, removing), removing);
        assert.deepEqual(merge(snapshot, removing, editing), removing);
      }),
    );
  });

  it("lets the later write win on the same value", () => {
    expect(merge({ n: 1 }, { n: 2 }, { n: 3 })).toEqual({ n: 2 });
    expect(merge({ n: 1 }, {}, { n: 3 })).toEqual({});
    expect(merge({ n: 1 }, { n: 2 }, {})).toEqual({ n: 2 });
    expect(merge({}, { n: 2 }, { n: 3 })).toEqual({ n: 2 });
  });

  it("takes arrays as a whole", () => {
    expect(merge({ list: [1] }, { list: [1, 2] }, { list: [1, 3] })).toEqual({ list: [1, 2] });
    expect(merge({ list: [{ a: 1 }] }, { list: [{ a: 2 }] }, { list: [{ a: 1, b: 1 }] })).toEqual({
      list: [{ a: 2 }],
    });
  });

  it("merges objects that both sides created, or put in place of another value", () => {
    expect(merge({}, { cart: { a: 1 } }, { cart: { b: 2 } })).toEqual({ cart: { a: 1, b: 2 } });
    expect(merge({ cart: null }, { cart: { a: 1 } }, { cart: { b: 2 } })).toEqual({ cart: { a: 1, b: 2 } });
    expect(merge({ cart: [1] }, { cart: { a: 1 } }, { cart: { a: 2 } })).toEqual({ cart: { a: 1 } });
  });

  it("replaces what the store holds if it was no object before", () => {
    expect(merge({ user: "ann" }, { user: { id: 1 } }, { user: "bob" })).toEqual({ user: { id: 1 } });
    expect(merge({ user: "ann" }, { user: null }, { user: { id: 1 } })).toEqual({ user: null });
    expect(merge({ user: [1] }, { user: { id: 1 } }, { user: [2] })).toEqual({ user: { id: 1 } });
  });

  it("changes none of its arguments and no prototype", () => {
    fc.assert(
      fc.property(object, object, object, (a, b, c) => {
        const before = copy([a, b, c]);
        const merged = merge(a, b, c);
        assert.deepEqual([a, b, c], before);
        assertPlain(merged);
        for (const name in {}) throw new Error(`every object has ${name} now`);
      }),
    );
  });

  it("treats __proto__ as a key like any other", () => {
    const hostile = JSON.parse('{ "__proto__": { "polluted": true }, "n": 1 }') as Fields;
    for (const merged of [merge({}, hostile, {}), merge({}, {}, hostile), merge(hostile, hostile, hostile)]) {
      expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
      expect(merged.polluted).toBeUndefined();
      expect(JSON.stringify(merged)).toContain("__proto__");
    }
  });
});

/** Throws if an object, at any depth, has another prototype than JSON gives it. */
function assertPlain(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value));
  for (const name of Object.keys(value)) assertPlain((value as Fields)[name]);
}
