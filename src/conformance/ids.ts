import assert from "node:assert/strict";
import { SECRET, idOf, rejectsWithTypeError } from "./rejections.js";
import type { Sentence } from "./sentence.js";

/** Tests of valid and invalid ids. */
export const ids: Sentence[] = [
  {
    title:
      "An id is 1 to 256 printable ASCII characters without a space; any other value counts as missing in `get`, `update`, `touch` and `destroy`, and `create` rejects it with a `TypeError`.",
    test: async (context) => {
      const { store } = context;
      // Ids that some bad ids below would become if a store converted them to strings or truncated them at 256.
      const near = [idOf(1), "undefined", "null", "1", "true", "x".repeat(256)];
      for (const id of near) await store.create(id, context.entry({ id }));

      for (const id of [...badTexts(), ...badValues()] as string[]) {
        assert.equal(await store.get(id), undefined, "get");
        assert.equal(await store.update(id, context.entry()), undefined, "update");
        assert.equal(await store.update(id, context.entry(), { ifVersion: "any" }), undefined, "ifVersion");
        assert.equal(await store.touch(id, context.entry()), false, "touch");
        assert.equal(await store.touch(id, context.entry(), { ifVersion: "any" }), false, "touch, ifVersion");
        assert.equal(await store.destroy(id), false, "destroy");
        await rejectsWithTypeError(() => store.create(id, context.entry()));
      }
      assert.deepEqual(await context.storedIds(), [...near].sort(), "bad ids changed what is stored");
      for (const id of near) assert.deepEqual((await context.stored(id)).data, { id });
      await store.clear();

      const good = ["!", "~", "*", "?", "[a]", "\\", "a:b", "%00", "../x", "$1", "'\"`;", "y".repeat(256)];
      const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
      for (const id of [...good, ...names]) {
        assert.equal(await store.get(id), undefined, "get before create");
        assert.equal(await store.update(id, context.entry()), undefined, "update before create");
        await store.create(id, context.entry({ id }));
      }
      assert.deepEqual(await context.storedIds(), [...good, ...names].sort());
      for (const id of [...good, ...names]) {
        assert.deepEqual((await context.stored(id)).data, { id });
        assert.equal(await store.touch(id, context.entry()), true, "touch");
        assert.equal(typeof (await store.update(id, context.entry())), "string", "update");
        assert.equal(await store.destroy(id), true, "destroy");
      }
    },
  },
];

function badTexts(): string[] {
  const inside = [" ", "\t", "\n", "\r\n", "\0", "\x1f", "\x7f", "\x80", "ü", "語", "😀", "\ud800", "\u2028"];
  return [
    "",
    "x".repeat(257),
    SECRET.repeat(1_000),
    ...inside,
    ...inside.flatMap((text) => [idOf(1) + text, text + idOf(1), `${SECRET}${text}1`]),
  ];
}

function badValues(): unknown[] {
  return [
    undefined,
    null,
    1,
    NaN,
    true,
    1n,
    {},
    [],
    [idOf(1)],
    new String(idOf(1)),
    Symbol(SECRET),
    () => idOf(1),
  ];
}
