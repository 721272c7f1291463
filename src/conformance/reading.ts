import assert from "node:assert/strict";
import { onSessionaryEvent } from "../events.js";
import { SECRET, assertSilent, idOf } from "./rejections.js";
import type { Sentence } from "./sentence.js";

/** Tests of reading sessions. */
export const reading: Sentence[] = [
  {
    title:
      "`undefined` and `false` mean that the session is missing, expired or destroyed; a rejection means that the call failed.",
    test: async (context) => {
      const { store } = context;
      const [missing, expired, destroyed] = [idOf("missing"), idOf("expired"), idOf("destroyed")];
      await store.create(expired, context.pastEntry());
      const version = await store.create(destroyed, context.entry());
      await store.destroy(destroyed);
      for (const id of [missing, expired, destroyed]) {
        assert.equal(await store.get(id), undefined, "get");
        assert.equal(await store.update(id, context.entry()), undefined, "update");
        assert.equal(await store.update(id, context.entry(), { ifVersion: version }), undefined, "ifVersion");
        assert.equal(await store.touch(id, context.entry()), false, "touch");
        assert.equal(
          await store.touch(id, context.entry(), { ifVersion: version }),
          false,
          "touch, ifVersion",
        );
        assert.equal(await store.destroy(id), false, "destroy");
      }
    },
  },
  {
    title: "`get` returns a new copy of the data, decoded by the codec.",
    test: async (context) => {
      const { store } = context;
      const data = {
        nested: { list: [1, "two", null, { deep: true }] },
        text: 'ü, 語, 😀, \u2028, \u0000, \ud800 and "quotes" \\',
        numbers: [0, -1.5, 1e300, Number.MAX_SAFE_INTEGER],
        "": "an empty key",
        "a.b": "a key with a dot",
        toString: "the name of a method",
        // JSON converts the following values.
        date: new Date(0),
        notANumber: NaN,
        left: undefined,
        method: () => 1,
        toJson: { toJSON: () => "converted" },
      };
      const expected: unknown = JSON.parse(JSON.stringify(data));
      await store.create(idOf(1), context.entry(data));
      const first = await context.stored(idOf(1));
      const second = await context.stored(idOf(1));
      assert.deepEqual(first.data, expected, "create, then get");
      assert.deepEqual(second.data, expected, "get again");

      (first.data.nested as { list: unknown[] }).list.push("changed");
      first.data.added = true;
      first.expiresAt = 0;
      assert.deepEqual(second.data, expected, "a change of one copy is not seen in another");
      assert.deepEqual(
        (await context.stored(idOf(1))).data,
        expected,
        "a change of a copy does not change the stored session",
      );

      await store.update(idOf(1), context.entry({ ...data, more: new Date(1) }));
      const updated: unknown = JSON.parse(JSON.stringify({ ...data, more: new Date(1) }));
      assert.deepEqual((await context.stored(idOf(1))).data, updated, "update, then get");
    },
  },
  {
    title:
      "A payload that cannot be decoded counts as missing in `get`, which publishes an event, and in `update` and `touch` with `ifVersion`; it is not an error. After `destroy` its id can be used again.",
    needs: "corrupt",
    test: async (context) => {
      const { store } = context;
      const [bad, good] = [idOf("bad"), idOf("good")];
      for (const id of [bad, good]) await store.create(id, context.entry());
      await context.corrupt(bad);

      const events: unknown[] = [];
      const stop = onSessionaryEvent("payload-undecodable", (event) => events.push(event));
      try {
        const [miss, hit] = await Promise.all([store.get(bad), store.get(good)]);
        assert.equal(miss, undefined, "the session counts as missing");
        assert.deepEqual(hit?.data, { user: SECRET }, "other sessions can still be read");
        assert.equal(events.length, 1, "one event");
        assertSilent(events);
        assert.equal(await store.update(bad, context.entry(), { ifVersion: "any" }), undefined);
        assert.equal(await store.touch(bad, context.entry(), { ifVersion: "any" }), false);
      } finally {
        stop();
      }
      await store.destroy(bad);
      await store.create(bad, context.entry({ again: true }));
      assert.deepEqual((await context.stored(bad)).data, { again: true }, "the id can be used again");
    },
  },
];
