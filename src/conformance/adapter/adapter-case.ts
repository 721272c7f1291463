import type { AdapterContext } from "./adapter-context.js";
import type { AdapterAbility } from "./subject.js";

/** One race between requests, and the test of an adapter for it. */
export interface AdapterCase {
  title: string;
  /** Ability that the test requires of the framework. */
  needs?: AdapterAbility;
  test: (context: AdapterContext) => Promise<void>;
}
