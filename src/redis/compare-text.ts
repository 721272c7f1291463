import { ScriptsForbiddenError } from "../errors.js";
import type { Arg, Call } from "./clients/driver.js";
import { replyPrefix } from "./server-errors.js";
import { digest } from "./stored-record.js";

/** String stored under a key, and its TTL in ms. The text is null if the key is missing or has another type. */
type Found = [text: string | null, leftMs: number];

/**
 * Compares and sets without a script, with the arguments and replies of `COMPARE_AND_SET`: reads the session, and
 * writes if the same text is still stored. Requires Valkey 8.1 or Redis 8.4.
 * @throws ScriptsForbiddenError if the server does not support this.
 */
export async function compareAndSetText(call: Call, key: string, args: Arg[]): Promise<unknown> {
  const [version, payload, lifetimeMs] = args as [string, string, number];
  return compare(call, key, version, ({ text }) =>
    // An expiry in the past removes the key.
    setIfEqual(call, key, payload, text, lifetimeMs > 0 ? ["PX", lifetimeMs] : ["PXAT", 1]),
  );
}

/**
 * Compares and touches without a script, with the arguments and replies of `COMPARE_AND_TOUCH`: writes the same text
 * again with a longer TTL.
 */
export async function compareAndTouchText(call: Call, key: string, args: Arg[]): Promise<unknown> {
  const [version, lifetimeMs] = args as [string, number];
  return compare(call, key, version, async ({ text, leftMs }) => {
    const isExtended = leftMs >= 0 && leftMs < lifetimeMs;
    return !isExtended || setIfEqual(call, key, text, text, ["PX", lifetimeMs]);
  });
}

async function compare(
  call: Call,
  key: string,
  version: string,
  write: (found: { text: string; leftMs: number }) => Promise<boolean>,
): Promise<0 | 1 | Found> {
  const [text, leftMs] = await read(call, key);
  if (text === null) return 0;
  if (digest(text) !== version) return [text, leftMs];
  if (await write({ text, leftMs })) return 1;
  const current = await read(call, key);
  return current[0] === null ? 0 : current;
}

function read(call: Call, key: string): Promise<Found> {
  const text = (error: unknown) => {
    if (replyPrefix(error) === "WRONGTYPE") return null;
    throw error;
  };
  return call.together(() =>
    Promise.all([call.send(["get"], [key]).catch(text), call.send(["pttl"], [key])]),
  ) as Promise<Found>;
}

async function setIfEqual(
  call: Call,
  key: string,
  payload: string,
  stored: string,
  expiry: [string, number],
): Promise<boolean> {
  try {
    return (await call.send(["set"], [key], [payload, "IFEQ", stored, ...expiry])) === "OK";
  } catch (error) {
    const prefix = replyPrefix(error);
    if (prefix === "WRONGTYPE") return false;
    if (prefix === "ERR" && /syntax error/i.test((error as Error).message)) throw new ScriptsForbiddenError();
    throw error;
  }
}
