import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryStore, encrypted, jsonCodec, onSessionaryEvent, type Codec } from "sessionary";

const key = (id: string) => ({ id, key: randomBytes(32) });
const [old, now] = [key("2025"), key("2026")];
const codec = encrypted({ keys: [now] });
const data = { user: "ann", cart: [1, 2, { deep: "ünï" }] };

describe("encrypted", () => {
  it("gives back what was written, under the same id only", () => {
    const text = codec.encode(data, "id-1");
    expect(codec.decode(text, "id-1")).toEqual(data);
    expect(() => codec.decode(text, "id-2")).toThrow();
  });

  it("writes nothing of the data or the id, and no two texts alike", () => {
    const text = codec.encode({ marked: "MARKED-VALUE" }, "MARKED-ID");
    const bytes = Buffer.from(text.split(":")[2]!, "base64").toString("latin1");
    expect(text + bytes).not.toMatch(/marked/i);
    expect(codec.encode(data, "id")).not.toBe(codec.encode(data, "id"));
  });

  it("throws for any changed, missing or added character", () => {
    const text = codec.encode({ n: 1 }, "id");
    for (let i = 0; i < text.length; i++) {
      const other = text[i] === "A" ? "B" : "A";
      expect(() => codec.decode(text.slice(0, i) + other + text.slice(i + 1), "id")).toThrow();
      expect(() => codec.decode(text.slice(0, i), "id")).toThrow();
    }
    for (const more of ["A", "=", " ", "\n", ":", ":x"]) {
      expect(() => encrypted({ keys: [now], allowPlaintext: false }).decode(text + more, "id")).toThrow();
    }
  });

  it("throws for any flipped bit of the payload", () => {
    const text = codec.encode(data, "id");
    const bytes = Buffer.from(text.split(":")[2]!, "base64");
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => codec.decode(`enc1:2026:${flipped.toString("base64")}`, "id")).toThrow();
      }),
    );
  });

  it("copies the key, so that the caller may overwrite its buffer", () => {
    for (const bytes of [Buffer.from(now.key), new Uint8Array(now.key)]) {
      const own = encrypted({ keys: [{ id: "2026", key: bytes }] });
      bytes.fill(0);
      expect(codec.decode(own.encode(data, "id"), "id")).toEqual(data);
    }
  });

  it("rejects a key text with a character outside base64, and does not repeat it", () => {
    const text = now.key.toString("base64");
    for (const bad of [
      `${text}\n`,
      ` ${text}`,
      `*${text}`,
      `${text.slice(0, 20)}.${text.slice(20)}`,
      `'${text}'`,
    ]) {
      const call = () => encrypted({ keys: [{ id: "2026", key: bad }] });
      expect(call).toThrow(
        "keys[0].key must be 32 bytes, or their base64 or base64url text; received a string with",
      );
      expect(call).not.toThrow(text.slice(0, 10));
    }
  });

  it("reads with every key and writes with the first", () => {
    const written = encrypted({ keys: [old] }).encode(data, "id");
    const rotated = encrypted({ keys: [now, old] });
    expect(rotated.decode(written, "id")).toEqual(data);
    expect(rotated.encode(data, "id")).toMatch(/^enc1:2026:/);
    expect(() => codec.decode(written, "id")).toThrow("an unknown key");
    expect(() => encrypted({ keys: [{ id: "2025", key: randomBytes(32) }] }).decode(written, "id")).toThrow();
  });

  it("reads plain sessions, unless it is told not to", () => {
    const plain = jsonCodec.encode(data, "id");
    expect(codec.decode(plain, "id")).toEqual(data);
    expect(() => encrypted({ keys: [now], allowPlaintext: false }).decode(plain, "id")).toThrow(
      "not encrypted",
    );
  });

  it("takes a key as base64 and base64url text", () => {
    const text = codec.encode(data, "id");
    for (const encoding of ["base64", "base64url"] as const) {
      const same = encrypted({ keys: [{ id: "2026", key: now.key.toString(encoding) }] });
      expect(same.decode(text, "id")).toEqual(data);
    }
  });

  it.each([
    [{}, "keys must be an array"],
    [{ keys: [] }, "keys must be an array of at least one"],
    [{ keys: [null] }, "keys[0].id must be"],
    [{ keys: [{ id: "a:b", key: randomBytes(32) }] }, "keys[0].id must be"],
    [{ keys: [now, { id: "x", key: randomBytes(16) }] }, "keys[1].key must be 32 bytes"],
    [{ keys: [{ id: "x", key: "short" }] }, "keys[0].key must be 32 bytes, or their base64"],
    [{ keys: [{ id: "x", key: 5 }] }, "received 5"],
    [{ keys: [now, now] }, "keys[1].id must be unique"],
    [{ keys: [now], key: 1 }, 'encrypted has no option "key"; it accepts keys, allowPlaintext, codec'],
  ])("refuses %o, naming the option", (options, message) => {
    expect(() => encrypted(options as never)).toThrow(TypeError);
    expect(() => encrypted(options as never)).toThrow(message);
  });

  it("makes a session under a missing key a miss with an event, in a store", async () => {
    let wrapped: Codec = encrypted({ keys: [old] });
    const store = new MemoryStore({
      codec: { encode: (...args) => wrapped.encode(...args), decode: (...args) => wrapped.decode(...args) },
    });
    await store.create("id", { data, expiresAt: Date.now() + 60_000 });
    expect((await store.get("id"))?.data).toEqual(data);
    wrapped = codec;
    const events: unknown[] = [];
    const stop = onSessionaryEvent("payload-undecodable", (event) => events.push(event));
    expect(await store.get("id")).toBeUndefined();
    stop();
    expect(events).toEqual([{ store: "memory", reason: "not what the codec writes" }]);
    await store.close();
  });
});
