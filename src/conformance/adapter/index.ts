import type { TestRunner } from "../subject.js";
import type { AdapterCase } from "./adapter-case.js";
import { AdapterContext } from "./adapter-context.js";
import { fields } from "./fields.js";
import { lifetimes } from "./lifetimes.js";
import { logout } from "./logout.js";
import { outage } from "./outage.js";
import { redirect } from "./redirect.js";
import { regenerate } from "./regenerate.js";
import type { AdapterUnderTest } from "./subject.js";

export type {
  AdapterAbility,
  AdapterHandler,
  AdapterReply,
  AdapterSession,
  AdapterUnderTest,
  RunningApp,
} from "./subject.js";

const CASES: Record<string, AdapterCase[]> = {
  "Signing out": logout,
  "Parallel changes": fields,
  "Signing in": regenerate,
  Lifetimes: lifetimes,
  Outages: outage,
  Redirects: redirect,
};

/**
 * Declares one test for each race between requests that an adapter on `sessionary/tracker` must get right. The tests
 * send HTTP requests to a real app. They delay handlers and calls of the store by latches instead of timers. Works
 * with any test runner, and asserts with node:assert.
 * @example
 * import { describe, it } from "node:test";
 * import { MemoryStore } from "sessionary";
 * import { adapterConformance } from "sessionary/conformance";
 *
 * adapterConformance({ describe, it }, { name: "my adapter", open: () => new MemoryStore(), start });
 */
export function adapterConformance({ describe, it }: TestRunner, subject: AdapterUnderTest): void {
  describe(subject.name, () => {
    for (const [heading, cases] of Object.entries(CASES)) {
      const tested = cases.filter(
        ({ needs }) => needs === undefined || subject.without?.[needs] === undefined,
      );
      if (tested.length === 0) continue;
      describe(heading, () => {
        for (const { title, test } of tested) it(title, () => AdapterContext.run(subject, test));
      });
    }
  });
}
