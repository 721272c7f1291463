import assert from "node:assert/strict";
import { StoreUnavailableError } from "../../errors.js";
import type { AdapterCase } from "./adapter-case.js";
import type { Answer, Client } from "./client.js";
import type { SessionHandler } from "./handler-app.js";

/** Errors of a store, and the accepted statuses of the response. */
const ERRORS: { error: Error; statuses: readonly number[] }[] = [
  { error: new StoreUnavailableError("not-applied", "connection", "not connected"), statuses: [503] },
  { error: new Error("an error of the store"), statuses: [500, 503] },
];

const writes: SessionHandler = (session) => session.set("late", true);

/** Tests of failing stores. */
export const outage: AdapterCase[] = [
  {
    title:
      "If a session cannot be loaded, the response is 503 without a cookie, and the session still exists afterwards.",
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
    title: "If a new session cannot be saved, the response is 503 without a cookie.",
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
    title: "If a change cannot be saved, the response is 503, and the session still exists afterwards.",
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
    title: "If a sign-out fails, the response is 503, and the session still exists afterwards.",
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
