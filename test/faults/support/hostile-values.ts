/** What a handler may put into its session, and what becomes of it, as the docs say. */
export interface HostileValue {
  name: string;
  /** Made anew for each write, since some change when they are looked at. */
  make: () => unknown;
  /** What `get` gives for it; a function is not stored at all. */
  becomes?: unknown;
  /** What the TypeError says, when it is refused. */
  refused?: RegExp;
}

const FIELD = "field";

class Account {
  constructor(readonly name: string) {}
}

function cycle(): unknown {
  const value: Record<string, unknown> = { inner: {} };
  (value.inner as Record<string, unknown>).back = value;
  return value;
}

function deep(depth: number): unknown {
  let value: unknown = "bottom";
  for (let level = 0; level < depth; level++) value = { v: value };
  return value;
}

const MOMENT = new Date("2030-01-02T03:04:05.678Z");

export const HOSTILE_VALUES: HostileValue[] = [
  { name: "a Date", make: () => new Date(MOMENT), becomes: MOMENT.toISOString() },
  { name: "an invalid Date", make: () => new Date(NaN), becomes: null },
  { name: "NaN", make: () => NaN, becomes: null },
  { name: "Infinity", make: () => -Infinity, becomes: null },
  { name: "-0", make: () => -0, becomes: 0 },
  { name: "undefined", make: () => undefined, becomes: undefined },
  { name: "undefined in an array", make: () => [undefined, 1], becomes: [null, 1] },
  { name: "a function", make: () => () => 1, becomes: undefined },
  { name: "a symbol", make: () => Symbol("s"), becomes: undefined },
  { name: "a Map", make: () => new Map([[1, 2]]), refused: /"field" is a Map/ },
  { name: "a Set inside", make: () => ({ a: new Set([1]) }), refused: /"field\.a" is a Set/ },
  { name: "a RegExp", make: () => /x/, becomes: {} },
  { name: "an Error", make: () => new Error("x"), becomes: {} },
  { name: "a Buffer", make: () => Buffer.from("a"), becomes: { type: "Buffer", data: [97] } },
  { name: "an instance of a class", make: () => new Account("ann"), becomes: { name: "ann" } },
  { name: "a lone surrogate", make: () => "\ud800", becomes: "\ud800" },
  {
    name: "every ASCII character",
    make: () => String.fromCharCode(...Array(128).keys()),
    becomes: String.fromCharCode(...Array(128).keys()),
  },
  { name: "an own toJSON", make: () => ({ toJSON: () => "said" }), becomes: "said" },
  { name: "depth 900", make: () => deep(900), becomes: deep(900) },
  { name: "a BigInt", make: () => 1n, refused: /"field" is a BigInt/ },
  { name: "a BigInt inside", make: () => ({ a: [{ b: 1n }] }), refused: /"field\.a\.0\.b" is a BigInt/ },
  { name: "a cycle", make: cycle, refused: /"field\.inner\.back" is part of a cycle/ },
  {
    name: "a getter that throws",
    make: () => ({
      get a(): unknown {
        throw new Error("no");
      },
    }),
    refused: /the getter of "field\.a" throws/,
  },
  {
    name: "a toJSON that throws",
    make: () => ({
      toJSON: () => {
        throw new Error("no");
      },
    }),
    refused: /the toJSON method of "field" throws/,
  },
  {
    name: "a Proxy that throws",
    make: () =>
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
    refused: /"?field"?/,
  },
  {
    name: "an own __proto__",
    make: () => JSON.parse('{"__proto__":{"admin":true}}') as unknown,
    refused: /__proto__/,
  },
  {
    name: "constructor.prototype",
    make: () => ({ constructor: { prototype: { admin: true } } }),
    refused: /constructor\.prototype/,
  },
  { name: "depth 10,000", make: () => deep(10_000), refused: /deeper than 1000/ },
];

/** Session data with the value in it. */
export function withValue({ make }: HostileValue, base: Record<string, unknown>): Record<string, unknown> {
  return { ...base, [FIELD]: make() };
}

export function fieldOf(data: Record<string, unknown> | undefined): unknown {
  return data?.[FIELD];
}
