import { describe, expect, it } from "vitest";
import { jsonCodec, type SessionData } from "sessionary";

const ID = "any";
const encode = (data: unknown) => jsonCodec.encode(data as SessionData, ID);
const decode = (text: string) => jsonCodec.decode(text, ID);
const roundTrip = (data: unknown) => decode(encode(data));
const throwing = () => {
  throw new RangeError("s3cret");
};
const getter = (key: string, rest = {}) =>
  Object.defineProperty(rest, key, { get: throwing, enumerable: true });

/** `{"a":{"a":…{}…}}` or `{"a":[[…[]…]]}`, nested so deep, the object itself included. */
const nestedText = (depth: number, kind: "{}" | "[]") =>
  kind === "{}"
    ? '{"a":'.repeat(depth - 1) + "{}" + "}".repeat(depth - 1)
    : `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
function nested(depth: number, kind: "{}" | "[]"): SessionData {
  let value: unknown = kind === "{}" ? {} : [];
  for (let level = 2; level < depth; level++) value = kind === "{}" ? { a: value } : [value];
  return { a: value };
}

class User {
  constructor(readonly name: unknown) {}
}

class JsonMap extends Map<string, number> {
  toJSON() {
    return Object.fromEntries(this);
  }
}

describe("jsonCodec.encode", () => {
  it.each<[string, unknown, SessionData]>([
    ["a Date", { at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
    ["a Date that is no date", { at: new Date(NaN) }, { at: null }],
    ["NaN and infinities", { list: [NaN, Infinity, -Infinity] }, { list: [null, null, null] }],
    ["minus zero", { zero: -0 }, { zero: 0 }],
    ["undefined, functions and symbols", { a: undefined, b: () => 1, c: Symbol("c") }, {}],
    ["the same in a list", { list: [undefined, () => 1, Symbol("c")] }, { list: [null, null, null] }],
    ["keys that are symbols", { [Symbol("key")]: 1, a: 1 }, { a: 1 }],
    ["what toJSON gives", { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ["an instance of a class", { user: new User("ann") }, { user: { name: "ann" } }],
    ["a RegExp and an Error", { list: [/x/, new Error("x")] }, { list: [{}, {}] }],
    ["empty objects", { a: {}, b: [{}], text: "{}" }, { a: {}, b: [{}], text: "{}" }],
    ["a Map with a toJSON of its own", { map: new JsonMap([["a", 1]]), b: {} }, { map: { a: 1 }, b: {} }],
    ["boxed values", { list: [Object(1), Object("a"), Object(true)] }, { list: [1, "a", true] }],
    ["a Buffer", { bytes: Buffer.from("a") }, { bytes: { type: "Buffer", data: [97] } }],
    ["a list with holes", { list: Array.from({ length: 2 }) }, { list: [null, null] }],
    ["one object twice, without a cycle", twice(), { a: { n: 1 }, b: { n: 1 } }],
    ["data without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ["half of a surrogate pair", { text: "\ud800" }, { text: "\ud800" }],
    ["a field called constructor", { constructor: { name: "x" } }, { constructor: { name: "x" } }],
    ["a constructor that is null", { constructor: null, prototype: 1 }, { constructor: null, prototype: 1 }],
    ["a field called prototype", { prototype: { a: 1 } }, { prototype: { a: 1 } }],
    ["a text that looks like a key", { a: '"__proto__":{}' }, { a: '"__proto__":{}' }],
    ["the name as a value", { a: "__proto__", b: ["prototype"] }, { a: "__proto__", b: ["prototype"] }],
  ])("carries %s as JSON has it", (_name, data, expected) => {
    expect(roundTrip(data)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ["a BigInt", { balance: 1n }, '"balance" is a BigInt'],
    ["a BigInt in a list", { a: { list: [1, 2n] } }, '"a.list.1" is a BigInt'],
    ["a BigInt in a box", { box: Object(1n) as unknown }, '"box" is a BigInt'],
    ["a Map", { roles: new Map([[1, 2]]) }, '"roles" is a Map'],
    ["an empty Map", { roles: new Map() }, '"roles" is a Map'],
    ["a Map deeper down", { a: {}, b: [{ roles: new Map() }] }, '"b.0.roles" is a Map'],
    ["a Set", { tags: new Set([1]) }, '"tags" is a Set'],
    ["a Set deeper down", { user: new User(new Set()) }, '"user.name" is a Set'],
    ["a Map that toJSON returns", { token: { toJSON: () => new Map() } }, '"token" is a Map'],
    ["a cycle", cycle(), '"self" is part of a cycle'],
    ["a cycle deeper down", { a: { b: cycle() } }, '"a.b.self" is part of a cycle'],
    ["a cycle through a list", listCycle(), '"list.0" is part of a cycle'],
    ["a getter that throws", getter("broken"), 'the getter of "broken" throws'],
    ["a nested getter that throws", { a: { b: getter("broken") } }, 'the getter of "a.b.broken" throws'],
    ["a toJSON that throws", { token: { toJSON: throwing } }, 'the toJSON method of "token" throws'],
    [
      "a toJSON deeper down that throws",
      { a: [{ b: { toJSON: throwing } }] },
      'toJSON method of "a.0.b" throws',
    ],
    ["a toJSON that throws, of the data itself", { toJSON: throwing }, "its toJSON method throws"],
    ["a toJSON that returns a BigInt", { token: { toJSON: () => 1n } }, '"token" is a BigInt'],
    ["a toJSON that is a getter that throws", { token: getter("toJSON") }, 'toJSON method of "token" throws'],
    ["a function whose toJSON throws", { action: Object.assign(() => 1, { toJSON: throwing }) }, '"action"'],
    ["a proxy that throws", { proxied: new Proxy({}, { get: throwing, ownKeys: throwing }) }, '"proxied"'],
    ["the key __proto__", ownProto(), "__proto__"],
    ["the key __proto__ deeper down", { a: [ownProto()] }, "__proto__"],
    ["constructor.prototype", { constructor: { prototype: {} } }, "constructor.prototype"],
    ["the same deeper down", { a: { constructor: { prototype: 1 } } }, "constructor.prototype"],
  ])("refuses %s with a TypeError that names the key, and no more", (_name, data, message) => {
    expectTypeError(() => encode(data), message);
  });

  it.each([[[]], [[{}]], [null], [undefined], ["text"], [""], [1], [true], [Symbol("s")], [() => 1]])(
    "refuses data that is no object: %o",
    (data) => {
      expectTypeError(() => encode(data), "object");
    },
  );

  it.each([() => "text", () => [1], () => null, () => undefined])(
    "refuses an object whose toJSON makes it something else: %o",
    (toJSON) => {
      expectTypeError(() => encode({ toJSON }), "object");
    },
  );

  it.each(["{}", "[]"] as const)("takes %s nested 999 and 1,000 deep, and decodes it again", (kind) => {
    for (const depth of [999, 1_000]) {
      const text = encode(nested(depth, kind));
      expect(text).toBe(nestedText(depth, kind));
      expect(JSON.stringify(decode(text))).toBe(text);
    }
  });

  it.each(["{}", "[]"] as const)("refuses %s nested deeper, naming the key", (kind) => {
    for (const depth of [1_001, 1_002, 10_000, 100_000]) {
      const data = { user: 1, first: nested(depth - 1, kind) };
      expectTypeError(() => encode(data), "nested deeper than 1000", "first");
    }
  });

  it("looks at no level of what is nested too deep more than a few times", () => {
    let looks = 0;
    let data: SessionData = {};
    const depth = 20_000;
    for (let level = 1; level < depth; level++) {
      const below = data;
      data = Object.defineProperty({}, "a", { get: () => (looks++, below), enumerable: true });
    }
    expectTypeError(() => encode(data), "nested deeper than 1000");
    expect(looks).toBeLessThan(5 * depth);
  });

  it("counts depth by nesting, not by brackets in texts and keys", () => {
    const data = { text: '[{"\\'.repeat(2_000), ['{[\\"'.repeat(2_000)]: 1 };
    expect(roundTrip(data)).toEqual(data);
  });
});

describe("jsonCodec.decode", () => {
  it.each([
    ["", "nothing"],
    ["{", "half an object"],
    ['{"a":1', "an end that is missing"],
    ["{}}", "more than an object"],
    ["{a:1}", "keys without quotes"],
    ['{"a":NaN}', "NaN"],
    ["undefined", "undefined"],
    ["[object Object]", "a coerced object"],
    ["\0", "a zero byte"],
    ["[]", "a list"],
    ['[{"a":1}]', "a list of objects"],
    ["null", "null"],
    ['"text"', "a string"],
    ["1", "a number"],
    ["true", "a boolean"],
    ['{"__proto__":{"admin":true}}', "__proto__"],
    ['{"a":[{"__proto__":1}]}', "a nested __proto__"],
    ['{"\\u005f_proto__":{"admin":true}}', "an escaped __proto__"],
    ['{"constructor":{"prototype":{"admin":true}}}', "constructor.prototype"],
    ['{"a":{"constructor":{"prototype":1}}}', "a nested constructor.prototype"],
    ['{"c\\u006fnstructor":{"prot\\u006ftype":1}}', "an escaped constructor.prototype"],
  ])("throws on %j: %s", (text) => {
    expect(() => decode(text)).toThrow();
    expectNoPollution();
  });

  it.each(["{}", "[]"] as const)("takes %s nested 999 and 1,000 deep", (kind) => {
    for (const depth of [999, 1_000]) expect(decode(nestedText(depth, kind))).toHaveProperty("a");
  });

  it.each(["{}", "[]"] as const)("throws a TypeError on %s nested deeper", (kind) => {
    for (const depth of [1_001, 10_000, 100_000, 1_000_000]) {
      expectTypeError(() => decode(nestedText(depth, kind)), "nested deeper than 1000");
    }
    expectTypeError(() => decode("[".repeat(1_000_000)), "nested deeper than 1000");
  });
});

function expectTypeError(call: () => unknown, ...texts: string[]): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(TypeError);
  for (const text of texts) expect((error as TypeError).message).toContain(text);
  expect((error as TypeError).message).not.toContain("s3cret");
  expect((error as TypeError).cause).toBeUndefined();
}

function expectNoPollution(): void {
  expect(({} as SessionData).admin).toBeUndefined();
}

function twice(): SessionData {
  const shared = { n: 1 };
  return { a: shared, b: shared };
}

function cycle(): SessionData {
  const data: SessionData = { ok: { n: 1 } };
  data.self = data;
  return data;
}

function listCycle(): SessionData {
  const data: SessionData = {};
  data.list = [data];
  return data;
}

function ownProto(): unknown {
  return JSON.parse('{"__proto__":{"admin":true}}');
}
