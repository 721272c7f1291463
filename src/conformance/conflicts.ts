import assert from "node:assert/strict";
import type { SessionConflictError } from "../errors.js";
import type { SessionRecord } from "../store.js";
import { idOf, rejectsWithCode } from "./rejections.js";
import type { TestContext } from "./test-context.js";

/** Asserts that a SessionConflictError contains this record. */
export function assertContains(
  context: TestContext,
  error: SessionConflictError,
  record: SessionRecord,
): void {
  const { current } = error as { current?: SessionRecord };
  assert.ok(current !== undefined, "the error contains no record: `current` is undefined");
  assert.deepEqual(current.data, record.data, "the error contains the current data");
  assert.equal(current.version, record.version, "the error contains the current version");
  context.assertMoment(current.expiresAt, record.expiresAt);
}

/**
 * Asserts that a write with each of these versions rejects and changes nothing, and that each error has its own copy
 * of the record.
 */
export async function assertConflicts(
  context: TestContext,
  versions: string[],
  write: (ifVersion: string) => Promise<unknown>,
): Promise<void> {
  const current = await context.stored(idOf(1));
  for (const version of versions) {
    const call = () => write(version);
    const error = await rejectsWithCode<SessionConflictError>("ERR_SESSION_CONFLICT", call);
    assertContains(context, error, current);
    error.current.data.n = "changed";
    await context.assertUnchanged(idOf(1), current);
  }
}
