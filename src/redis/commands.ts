import type { BatchCommand } from "./batch-sender.js";
import { compareAndSetText, compareAndTouchText } from "./compare-text.js";
import {
  COMPARE_AND_SET,
  COMPARE_AND_TOUCH,
  DELETE_MANY,
  READ_MANY,
  SET_MANY,
  TOUCH_MANY,
} from "./scripts.js";
import { replyPrefix } from "./server-errors.js";

/** Content of a key: the payload (`WRONG_TYPE` if it is not a string) and the TTL in ms. */
export type Stored = [text: string | typeof WRONG_TYPE | null, lifetimeMs: number];
export const WRONG_TYPE = 1;

/** Reads a session. Replies with the payload and the TTL. */
export const READ: BatchCommand = {
  effect: "read",
  one: (call, key) =>
    Promise.all(
      call.together(() => [call.send(["get"], [key]).catch(wrongType), call.send(["pttl"], [key])]),
    ),
  many: READ_MANY,
  width: 2,
  isPair: true,
};

/**
 * Writes a session. Arguments: payload, lifetime and mode: "NX" writes if the key is missing, "XX" if it exists. A
 * lifetime of 0 or less removes the key. Replies 1 or "OK" if it was written, else 0 or null.
 */
export const SET: BatchCommand = {
  effect: "write",
  one: (call, key, [payload, lifetimeMs, mode]) => {
    if (Number(lifetimeMs) > 0) return call.send(["set"], [key], [payload!, "PX", lifetimeMs!, mode!]);
    if (mode === "XX") return call.send(["del"], [key]);
    return call.send(["exists"], [key]).then((existing) => (existing === 0 ? 1 : 0));
  },
  many: SET_MANY,
  width: 1,
};

/** Removes a session. Replies 1 if the key existed, else 0. */
export const DELETE: BatchCommand = {
  effect: "write",
  one: (call, key) => call.send(["del"], [key]),
  many: DELETE_MANY,
  width: 1,
};

/**
 * Writes a session if its version is the expected one. Arguments: version, payload and lifetime. Replies 1 if it was
 * written, 0 if there is no session, else the stored payload and TTL.
 */
export const SET_IF_VERSION: BatchCommand = {
  effect: "write",
  one: compareAndSetText,
  many: COMPARE_AND_SET,
  width: 1,
  needsScript: true,
};

/** Extends the TTL, never shortens it. Argument: the lifetime. Replies 1 if the key exists, else 0. */
export const TOUCH: BatchCommand = {
  effect: "write",
  one: (call, key, [lifetimeMs]) =>
    call.send(["pexpire"], [key], [lifetimeMs!, "GT"]).then(
      // With GT, Redis replies 0 both for a missing key and for an earlier expiry.
      (extended) => (extended === 1 ? 1 : call.send(["exists"], [key])),
      async (error: unknown) => {
        if (replyPrefix(error) !== "ERR") throw error;
        return ((await TOUCH_MANY.run(call, [key], [lifetimeMs!])) as unknown[])[0]; // Redis 6 has no GT
      },
    ),
  many: TOUCH_MANY,
  width: 1,
};

/**
 * Extends the TTL if the version is the expected one. Arguments: version and lifetime. Replies 1 if the version
 * matches, 0 if there is no session, else the stored payload and TTL.
 */
export const TOUCH_IF_VERSION: BatchCommand = {
  effect: "write",
  one: compareAndTouchText,
  many: COMPARE_AND_TOUCH,
  width: 1,
  needsScript: true,
};

function wrongType(error: unknown): typeof WRONG_TYPE {
  if (replyPrefix(error) === "WRONGTYPE") return WRONG_TYPE;
  throw error;
}
