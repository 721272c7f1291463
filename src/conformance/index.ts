import type { SessionStore } from "../store.js";
import { expiry } from "./expiry.js";
import { ids } from "./ids.js";
import { input } from "./input.js";
import { order } from "./order.js";
import { reading } from "./reading.js";
import type { StoreUnderTest, TestRunner } from "./subject.js";
import { TestContext } from "./test-context.js";
import { whole } from "./whole.js";
import { writing } from "./writing.js";

export { adapterConformance } from "./adapter/index.js";
export type {
  AdapterAbility,
  AdapterHandler,
  AdapterReply,
  AdapterSession,
  AdapterUnderTest,
  RunningApp,
} from "./adapter/index.js";
export { userConformance } from "./users.js";
export type { StoreWithUsers, UserStoreUnderTest } from "./users.js";
export type { StoreUnderTest, Supports, TestClock, TestRunner } from "./subject.js";

/** Tests by the headings of the contract in src/store.ts. */
const CONTRACT = {
  Reading: reading,
  Writing: [...writing, ...expiry, ...input],
  Ids: ids,
  "Whole store": [...order, ...whole],
};

/**
 * Declares one test for each sentence of the `SessionStore` contract. Works with any test runner, and asserts with
 * node:assert.
 * @example
 * import { describe, it } from "node:test";
 * import { storeConformance } from "sessionary/conformance";
 *
 * storeConformance({ describe, it }, { name: "MyStore", open: () => new MyStore() });
 */
export function storeConformance<S extends SessionStore>(
  { describe, it }: TestRunner,
  subject: StoreUnderTest<S>,
): void {
  // The suite calls the hooks of the subject only with stores that its `open` returned.
  const any = subject as unknown as StoreUnderTest;
  describe(subject.name, () => {
    for (const [heading, sentences] of Object.entries(CONTRACT)) {
      describe(heading, () => {
        for (const { title, needs, test } of sentences) {
          if (needs !== undefined && subject.supports?.[needs] === undefined) continue;
          it(title, () => TestContext.run(any, test));
        }
      });
    }
  });
}
