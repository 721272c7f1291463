import { describe, it } from "vitest";
import { adapterConformance } from "sessionary/conformance";
import { emptyStores } from "../../adapters/stores.js";
import { createSessionsSubjects } from "./create-sessions.js";

describe.each(["memory", "redis"] as const)("on %s", (kind) => {
  for (const subject of createSessionsSubjects(emptyStores(kind)))
    adapterConformance({ describe, it }, subject);
});
