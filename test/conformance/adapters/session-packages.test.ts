import { describe, it } from "vitest";
import { adapterConformance } from "sessionary/conformance";
import { emptyStores } from "../../adapters/stores.js";
import { SESSION_PACKAGES } from "./session-packages.js";

describe.each(["memory", "redis"] as const)("on %s", (kind) => {
  const open = emptyStores(kind);
  for (const subjectOf of Object.values(SESSION_PACKAGES))
    adapterConformance({ describe, it }, subjectOf(open));
});
