import assert from "node:assert/strict";
import type { AdapterCase } from "./adapter-case.js";
import type { AdapterContext } from "./adapter-context.js";
import type { Client } from "./client.js";
import type { SessionHandler } from "./handler-app.js";

const SIGNED_OUT = { user: null, late: null };

const reads: SessionHandler = (session) => session.get("user");
const writes: SessionHandler = (session) => session.set("late", true);

/** Tests of sign-outs. */
export const logout: AdapterCase[] = [
  {
    title: "A request that ends after a sign-out does not store the session again, and sets no cookie.",
    test: (context) =>
      crossed(context, async (client) => void (await client.visit((session) => session.destroy()))),
  },
  {
    title: "A request that ends after a sign-out on all devices does not store the session again.",
    test: (context) => crossed(context, () => context.endAll()),
  },
  {
    title: "A save that reaches the store after the session was ended stores nothing.",
    test: async (context) => {
      const client = await context.signedIn("ann");
      const save = context.store.holdSave();
      const answer = client.copy().send(writes);
      await Promise.race([save.reached, answer]);
      await context.endAll();
      context.store.heal();
      await answer;
      assert.deepEqual(await client.read("user", "late"), SIGNED_OUT);
    },
  },
  {
    title: "An id whose session was ended is not used for another session.",
    test: async (context) => {
      const client = await context.signedIn("ann");
      const old = client.copy();
      await context.endAll();
      await client.visit((session) => session.set("cart", 1));
      assert.deepEqual(await client.read("user", "cart"), { user: null, cart: 1 });
      assert.deepEqual(await old.read("user", "cart"), { user: null, cart: null });
    },
  },
];

/** Ends a session while other requests have it loaded. */
async function crossed(context: AdapterContext, end: (client: Client) => Promise<void>): Promise<void> {
  const client = await context.signedIn("ann");
  const [writer, reader] = [client.copy(), client.copy()];
  const slow = [await writer.start(writes), await reader.start(reads)];
  const old = client.copy();
  await end(client);
  for (const request of slow) {
    const { setsCookie } = await request.finish();
    assert.equal(setsCookie, false, "a request whose session was ended sets a cookie");
  }
  for (const each of [old, writer, reader]) assert.deepEqual(await each.read("user", "late"), SIGNED_OUT);
}
