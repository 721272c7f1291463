import type { Batched } from "./batcher.js";
import { COMPARE_AND_SET, READ_MANY, SET_MANY, TOUCH_MANY } from "./scripts.js";
import { replyPrefix } from "./server-errors.js";

/** What stands under a key: the payload (`WRONG_TYPE` when it is no string) and its lifetime in ms. */
export type Stored = [text: string | typeof WRONG_TYPE | null, lifetimeMs: number];
export const WRONG_TYPE = 1;

/** Gives what is stored. */
export const READ: Batched = {
  effect: "read",
  one: (call, key) =>
    Promise.all(
      call.together(() => [call.send(["get"], [key]).catch(wrongType), call.send(["pttl"], [key])]),
    ),
  many: READ_MANY,
  width: 2,
  plainCommands: 2,
};

/** Takes payload and lifetime, and writes if the key is there. Gives 1 or "OK", or 0 or null when it is not. */
export const SET: Batched = {
  effect: "write",
  one: (call, key, [payload, lifetimeMs]) => call.send(["set"], [key], [payload!, "PX", lifetimeMs!, "XX"]),
  many: SET_MANY,
  width: 1,
  plainCommands: 1,
};

/** Takes version, payload and lifetime. Gives 1, 0 when there is no session, or what is stored instead. */
export const SET_IF_VERSION: Batched = {
  effect: "write",
  one: async (call, key, args) => ((await COMPARE_AND_SET.run(call, [key], args)) as unknown[])[0],
  many: COMPARE_AND_SET,
  width: 1,
  plainCommands: 1,
};

/** Takes the lifetime; one of 0 or less removes the key. Gives 1 when the key was there. */
export const TOUCH: Batched = {
  effect: "write",
  one: (call, key, [lifetimeMs]) => call.send(["pexpire"], [key], [lifetimeMs!]),
  many: TOUCH_MANY,
  width: 1,
  plainCommands: 1,
};

function wrongType(error: unknown): typeof WRONG_TYPE {
  if (replyPrefix(error) === "WRONGTYPE") return WRONG_TYPE;
  throw error;
}
