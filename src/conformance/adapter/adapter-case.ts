import type { AdapterContext } from "./adapter-context.js";
import type { AdapterAbility } from "./subject.js";

/** One race between requests, and how an adapter is asked whether it holds. */
export interface AdapterCase {
  title: string;
  /** Ability that a framework must have for this case to be tested. */
  needs?: AdapterAbility;
  test: (context: AdapterContext) => Promise<void>;
}
