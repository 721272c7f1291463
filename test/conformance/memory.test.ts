import { describe, it } from "vitest";
import { storeConformance } from "sessionary/conformance";
import { clockedMemorySubject, memorySubject } from "./memory-subject.js";

// A session ends by another clock than the test's, of fractions of a millisecond.
storeConformance({ describe, it }, { ...memorySubject("MemoryStore on the system's clock"), toleranceMs: 2 });
storeConformance({ describe, it }, clockedMemorySubject("MemoryStore on a clock of its own"));

// These options put layers between the caller and the records; the contract stays.
storeConformance(
  { describe, it },
  clockedMemorySubject("a memory store with userIdOf", {
    userIdOf: ({ user }) => (typeof user === "string" ? user : undefined),
  }),
);
storeConformance(
  { describe, it },
  clockedMemorySubject("a memory store with absoluteTimeoutMs", { absoluteTimeoutMs: 365 * 86_400_000 }),
);
