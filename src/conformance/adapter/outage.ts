import assert from "node:assert/strict";
import { StoreUnavailableError } from "../../errors.js";
import type { AdapterCase } from "./adapter-case.js";
import type { Answer, Client } from "./client.js";
import type { SessionHandler } from "./handler-app.js";

/** Errors of a store, and the statuses that answer them. */
const ERRORS: { error: Error; statuses: readonly number[] }[] = [
  { error: new StoreUnavailableError("not-applied", "connection", "not connected"), statuses: [503] },
  { error: new Error("an error of the store"), statuses: [500, 503] },
];

const writes: SessionHandler = (session) => session.set("late", true);

export const outage: AdapterCase[] = [
  {
    title: "A session that cannot be loaded is answered with 503, sets no cookie, and is there afterwards.",
    test: async (context) => {
      const client = await context.signedIn("ann");
      for (const { error, statuses } of ERRORS) {
        context.store.fail(error, "get");
        for (const handler of [writes, (() => "answered") satisfies SessionHandler])
          assertFailed(await client.send(handler), statuses);
        context.store.heal();
        assert.deepEqual(await client.read("user", "late"), { user: "ann", late: null });
      }
    },
  },
  {
    title: "A new session that cannot be saved is answered with 503, and sets no cookie.",
    needs: "saving before sending",
    test: async (context) => {
      for (const { error, statuses } of ERRORS) {
        context.store.fail(error, "create", "update");
        const visitor = context.visitor();
        assertFailed(await visitor.send(writes), statuses);
        assertFailed(await visitor.send(writes, "/"), statuses);
        context.store.heal();
        assert.deepEqual(await visitor.read("late"), { late: null });
      }
    },
  },
  {
    title: "A change that cannot be saved is answered with 503, and the session is there afterwards.",
    needs: "saving before sending",
    test: async (context) => {
      const client: Client = await context.signedIn("ann");
      for (const { error, statuses } of ERRORS) {
        context.store.fail(error, "create", "update");
        assertFailed(await client.send(writes), statuses);
        context.store.heal();
        assert.deepEqual(await client.read("user", "late"), { user: "ann", late: null });
      }
    },
  },
  {
    title: "A failed sign-out is answered with 503, and the session is there afterwards.",
    test: async (context) => {
      const client = await context.signedIn("ann");
      const old = client.copy();
      for (const { error, statuses } of ERRORS) {
        context.store.fail(error, "destroy");
        assertFailed(await client.send((session) => session.destroy()), statuses);
        context.store.heal();
        assert.deepEqual(await old.read("user"), { user: "ann" });
      }
    },
  },
];

function assertFailed({ status, setsCookie }: Answer, statuses: readonly number[]): void {
  assert.ok(statuses.includes(status), `the status is ${status} and not ${statuses.join(" or ")}`);
  assert.equal(setsCookie, false, "a failed request sets a cookie");
}
