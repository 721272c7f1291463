import assert from "node:assert/strict";
import type { AdapterCase } from "./adapter-case.js";
import { assertAnswered } from "./client.js";
import type { SessionHandler } from "./handler-app.js";

const signInAs =
  (user: string): SessionHandler =>
  async (session) => {
    await session.regenerate();
    session.set("user", user);
  };

/** Renews the id and keeps the user, like a handler that renews ids regularly. */
const renews: SessionHandler = async (session) => {
  const user = session.get("user");
  await session.regenerate();
  session.set("user", user);
};

/** Tests of sign-ins and renewed ids. */
export const regenerate: AdapterCase[] = [
  {
    title: "A sign-in gives the session a new id, and the old id is no longer valid.",
    test: async (context) => {
      const client = await context.signedIn("nobody");
      const old = client.copy();
      await client.visit(signInAs("ann"));
      assert.deepEqual(await client.read("user"), { user: "ann" });
      assert.deepEqual(await old.read("user"), { user: null });
    },
  },
  {
    title: "A request that ends after a sign-in does not store the session under the old id again.",
    test: async (context) => {
      const client = await context.signedIn("nobody");
      const old = client.copy();
      const slow = await client.copy().start((session) => session.set("late", true));
      await client.visit(signInAs("ann"));
      await slow.finish();
      assert.deepEqual(await client.read("user"), { user: "ann" });
      assert.deepEqual(await old.read("user", "late"), { user: null, late: null });
    },
  },
  {
    title: "A session that was ended is not stored again under a new id.",
    test: async (context) => {
      const client = await context.signedIn("ann");
      const slow = await client.start(renews);
      await context.endAll();
      await slow.finish();
      assert.deepEqual(await client.read("user"), { user: null });
    },
  },
  {
    title: "A sign-in takes effect even if the old session was ended meanwhile.",
    test: async (context) => {
      const client = await context.signedIn("nobody");
      const slow = await client.start(signInAs("ann"));
      await context.endAll();
      assertAnswered(await slow.finish());
      assert.deepEqual(await client.read("user"), { user: "ann" });
    },
  },
  {
    title: "Two concurrent sign-ins from one session both take effect.",
    test: async (context) => {
      const client = await context.signedIn("nobody");
      const clients = [client, client.copy()];
      const slow = await Promise.all(clients.map((each) => each.start(signInAs("ann"))));
      for (const answer of await Promise.all(slow.map((request) => request.finish()))) assertAnswered(answer);
      for (const each of clients) assert.deepEqual(await each.read("user"), { user: "ann" });
    },
  },
];
