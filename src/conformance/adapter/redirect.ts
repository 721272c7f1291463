import assert from "node:assert/strict";
import type { AdapterCase } from "./adapter-case.js";

/** Number of requests that are answered while the redirect waits for its save. */
const OTHERS = 5;

/** Test of redirects. */
export const redirect: AdapterCase[] = [
  {
    title: "A redirect is not sent before the session is saved.",
    needs: "saving before sending",
    test: async (context) => {
      const client = context.visitor();
      const other = await context.signedIn("other");
      for (const user of ["ann", "ben"]) {
        const save = context.store.holdSave();
        let isSent = false;
        const answer = client.send((session) => session.set("user", user), "/next");
        const sent = answer.then(() => (isSent = true));
        await Promise.race([save.reached, sent]);
        // A redirect that does not wait for the save would arrive before these responses.
        for (let i = 0; i < OTHERS; i++) await other.read("user");
        assert.equal(isSent, false, "the redirect was sent before the session was saved");
        context.store.heal();
        assert.equal((await answer).location, "/next");
        assert.deepEqual(await client.read("user"), { user });
      }
    },
  },
];
