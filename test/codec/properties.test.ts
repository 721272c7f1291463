import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonCodec, type SessionData } from "sessionary";

const encode = (data: SessionData) => jsonCodec.encode(data, "any");
const decode = (text: string) => jsonCodec.decode(text, "any");

const isForbidden = (text: string) => {
  try {
    decode(text);
    return false;
  } catch {
    return true;
  }
};

describe("jsonCodec", () => {
  it("gives an object or throws, and pollutes nothing, whatever bits of a payload flip", () => {
    const payload = fc
      .dictionary(
        fc.oneof(fc.string(), fc.constantFrom("constructor", "__proto_", "prototype")),
        fc.jsonValue(),
      )
      .map((data) => Buffer.from(JSON.stringify(data)));
    fc.assert(
      fc.property(payload, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (bytes, places) => {
        for (const place of places) bytes[(place >> 3) % bytes.length]! ^= 1 << (place & 7);
        let data: unknown;
        try {
          data = decode(bytes.toString());
        } catch {
          return;
        }
        expect(Object.prototype.toString.call(data)).toBe("[object Object]");
        expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
        for (const key in {}) throw new Error(`every object now has ${key}`);
      }),
      { numRuns: 1_000 },
    );
  });

  const anything = fc.object({
    maxDepth: 4,
    key: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("constructor", "prototype", "toString", "a.b"),
    ),
    withDate: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    values: [fc.anything(), fc.func(fc.nat()), fc.constant(undefined), fc.double()],
  });

  it("gives back what JSON makes of the data", () => {
    fc.assert(
      fc.property(anything, (data) => {
        const text = JSON.stringify(data);
        fc.pre(!/"__proto__"|"prototype"/.test(text) || !isForbidden(text));
        expect(decode(encode(data))).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it("writes nothing that it would not read again", () => {
    const hostile = fc.dictionary(
      fc.constantFrom("__proto__", "constructor", "prototype", "a"),
      fc.jsonValue({ stringUnit: fc.constantFrom("__proto__", "constructor", "prototype", '"', ":", "{") }),
      { noNullPrototype: false },
    );
    fc.assert(
      fc.property(hostile, (data) => {
        let text: string;
        try {
          text = encode(data);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(JSON.stringify(decode(text))).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
