import type { Batched } from "./batcher.js";
import { COMPARE_AND_SET, COMPARE_AND_TOUCH, READ_MANY, SET_MANY, TOUCH_MANY } from "./scripts.js";
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

/** Arguments: the lifetime. Extends the TTL and never shortens it. Replies 1 when the key exists, else 0. */
export const TOUCH: Batched = {
  effect: "write",
  one: async (call, key, [lifetimeMs]) => {
    // PEXPIRE GT replies 0 both for a missing key and for an earlier expiry. EXISTS first: a destroy that follows in
    // the same turn must not make this touch report a missing session.
    const replies = call.together(() => [
      call.send(["exists"], [key]),
      call.send(["pexpire"], [key], [lifetimeMs!, "GT"]),
    ]);
    try {
      return (await Promise.all(replies)).includes(1) ? 1 : 0;
    } catch (error) {
      if (replyPrefix(error) !== "ERR") throw error;
      return ((await TOUCH_MANY.run(call, [key], [lifetimeMs!])) as unknown[])[0]; // Redis 6 has no GT
    }
  },
  many: TOUCH_MANY,
  width: 1,
  plainCommands: 2,
};

/** Arguments: version and lifetime. Replies 1, 0 when there is no session, or what is stored instead. */
export const TOUCH_IF_VERSION: Batched = {
  effect: "write",
  one: async (call, key, args) => ((await COMPARE_AND_TOUCH.run(call, [key], args)) as unknown[])[0],
  many: COMPARE_AND_TOUCH,
  width: 1,
  plainCommands: 1,
};

function wrongType(error: unknown): typeof WRONG_TYPE {
  if (replyPrefix(error) === "WRONGTYPE") return WRONG_TYPE;
  throw error;
}
