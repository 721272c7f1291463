import assert from "node:assert/strict";
import { inspect, types } from "node:util";
import type { SessionStoreErrorCode } from "../errors.js";

/** Part of the ids and the data of the tests. No error or event of a store may contain it. */
export const SECRET = "m4rked-s3cret";

export const idOf = (name: string | number) => `${SECRET}.${name}`;

/** Asserts that a logger that prints this value prints no id and no data. */
export function assertSilent(value: unknown): void {
  const text = inspect(value, { depth: Infinity, showHidden: true });
  assert.ok(!text.includes(SECRET), "an error or event contains a session's id or its data");
}

/**
 * Asserts that a call rejects with this code, and returns the error. Does not compare classes, since a store may come
 * from the other copy (ESM, CJS) of the package.
 */
export async function rejectsWithCode<E extends Error>(
  code: SessionStoreErrorCode,
  call: () => Promise<unknown>,
): Promise<E & { code: string }> {
  const error = await rejectionOf(call);
  assert.equal(
    (error as { code?: unknown }).code,
    code,
    `rejects with ${code}, not ${error.name}: ${error.message}`,
  );
  return error as E & { code: string };
}

/** Returns the value that the call resolves to, or the error if it rejects with this code. */
export async function outcomeOf<E extends Error, R>(
  code: SessionStoreErrorCode,
  call: () => Promise<R>,
): Promise<R | (E & { code: string })> {
  const promise = call();
  try {
    return await promise;
  } catch {
    return rejectsWithCode<E>(code, () => promise);
  }
}

export async function rejectsWithTypeError(call: () => Promise<unknown>, key = ""): Promise<void> {
  const error = await rejectionOf(call);
  assert.equal(error.name, "TypeError", "rejects with a TypeError");
  assert.ok(error.message.includes(key), `the message names the key "${key}": ${error.message}`);
}

export async function rejectionOf(call: () => Promise<unknown>): Promise<Error> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch {
    assert.fail("the method throws instead of rejecting");
  }
  const error: unknown = await promise.then(
    () => assert.fail("the call resolves instead of rejecting"),
    (reason: unknown) => reason,
  );
  if (error instanceof assert.AssertionError) throw error;
  assert.ok(types.isNativeError(error), "the rejection is an Error");
  assertSilent(error);
  return error;
}
