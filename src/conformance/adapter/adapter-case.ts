import type { AdapterTrial } from "./adapter-trial.js";
import type { AdapterAbility } from "./subject.js";

/** One race between requests, and how an adapter is asked whether it holds. */
export interface AdapterCase {
  title: string;
  /** Ability that a framework must have for this case to be tested. */
  needs?: AdapterAbility;
  test: (trial: AdapterTrial) => Promise<void>;
}
