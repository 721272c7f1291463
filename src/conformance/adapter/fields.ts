import assert from "node:assert/strict";
import type { AdapterCase } from "./adapter-case.js";
import type { AdapterContext } from "./adapter-context.js";
import { assertAnswered } from "./client.js";
import type { SessionHandler } from "./handler-app.js";

const REQUESTS = 20;

const FIELDS = Array.from({ length: REQUESTS }, (_, n) => `field${n}`);

/** Tests of concurrent changes of fields. */
export const fields: AdapterCase[] = [
  {
    title: "Parallel requests that set different fields all take effect.",
    test: async (context) => {
      const stored = await setInParallel(context, (field) => (session) => session.set(field, true));
      assert.deepEqual(await stored.read(...FIELDS), allTrue());
    },
  },
  {
    title: "Parallel requests that set different keys of one object all take effect.",
    test: async (context) => {
      const stored = await setInParallel(context, (field) => (session) => {
        const { items } = session.get("cart") as { items: object };
        session.set("cart", { items: { ...items, [field]: true } });
      });
      assert.deepEqual(await stored.read("cart"), { cart: { items: allTrue() } });
    },
  },
  {
    title: "A request that changes nothing does not undo the change of another request.",
    test: async (context) => {
      const client = await context.signedIn("ann");
      const slow = await client.copy().start((session) => session.get("user"));
      await client.visit((session) => session.set("user", "ben"));
      await slow.finish();
      assert.deepEqual(await client.read("user"), { user: "ben" });
    },
  },
];

/** Runs handlers concurrently. All have loaded their session before the first one continues. */
async function setInParallel(context: AdapterContext, handlerOf: (field: string) => SessionHandler) {
  const client = await context.signedIn("ann", { cart: { items: {} } });
  const slow = await Promise.all(FIELDS.map((field) => client.copy().start(handlerOf(field))));
  for (const answer of await Promise.all(slow.map((request) => request.finish()))) assertAnswered(answer);
  return client;
}

function allTrue(): Record<string, boolean> {
  return Object.fromEntries(FIELDS.map((field) => [field, true]));
}
