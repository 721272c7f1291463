import type { Arg, Call } from "./clients/driver.js";
import { MAX_REMOVED } from "./user-index-scripts.js";

/**
 * Operation of user-index-scripts.ts as plain commands, with the same arguments and replies, for a Redis user that
 * may not run scripts. It is not atomic: concurrent logins may exceed a limit or get the same number, an entry that
 * is removed while it is extended leaves its expiry in the index, and the key may outlive its last login.
 */
export type PlainStep = (call: Call, key: string, args: Arg[]) => Promise<unknown>;

export const add: PlainStep = async (call, key, [storageId, lifetimeMs, max]) => {
  const micros = await microsOf(call);
  const now = Math.floor(micros / 1_000);
  const [newest, count, expired, leftMs] = await call.together(() =>
    Promise.all([
      call.send(["zrevrange"], [key], [0, 0]) as Promise<string[]>,
      call.send(["zcount"], [key], ["(0", "+inf"]),
      call.send(["zrangebyscore"], [key], [-now, "(0", "limit", 0, MAX_REMOVED]) as Promise<string[]>,
      call.send(["pttl"], [key]),
    ]),
  );
  if (Number(max) > 0 && Number(count) - expired.length >= Number(max)) return null;
  const last = Number(newest[0]?.slice(0, 16) ?? 0);
  const login = String(Math.max(micros, last + 1)).padStart(16, "0");
  const expiry = -(now + Number(lifetimeMs));
  const members = [login, `${login}:${storageId}`, expiry, `-${login}`];
  await call.together(() =>
    Promise.all([
      call.send(["zadd"], [key], members),
      ...expireLater(call, key, leftMs, lifetimeMs!),
      ...expired.map((each) => call.send(["zremrangebyscore"], [key], [each.slice(1), each.slice(1)])),
      ...(expired.length > 0 ? [call.send(["zrem"], [key], expired)] : []),
    ]),
  );
  return login;
};

export const extend: PlainStep = async (call, key, [member, lifetimeMs, restores]) => {
  const login = String(member).slice(0, 16);
  const now = Math.floor((await microsOf(call)) / 1_000);
  const [score, leftMs] = await call.together(() =>
    Promise.all([call.send(["zscore"], [key], [member!]), call.send(["pttl"], [key])]),
  );
  const isFound = score !== null;
  if (!isFound && restores !== 1) return 0;
  const expiry = [-(now + Number(lifetimeMs)), `-${login}`];
  await call.together(() =>
    Promise.all([
      call.send(["zadd"], [key], isFound ? expiry : [login, member!, ...expiry]),
      ...expireLater(call, key, leftMs, lifetimeMs!),
    ]),
  );
  return isFound ? 1 : 0;
};

export const remove: PlainStep = (call, key, [member]) =>
  call.send(["zrem"], [key], [member!, `-${String(member).slice(0, 16)}`]);

export const confirm: PlainStep = async (call, key, [member]) => {
  const [score, count] = await call.together(() =>
    Promise.all([call.send(["zscore"], [key], [member!]), call.send(["zcount"], [key], ["(0", "+inf"])]),
  );
  return score === null ? null : count;
};

export const page: PlainStep = (call, key, [command, from, to, limit]) =>
  call.send([command!], [key], [from!, to!, "limit", 0, limit!]);

/** Reads the clock of Redis, in microseconds. */
async function microsOf(call: Call): Promise<number> {
  const [seconds, micros] = (await call.send(["time"], [])) as [string, string];
  return Number(seconds) * 1_000_000 + Number(micros);
}

/** Extends the TTL of a key whose TTL is below `lifetimeMs`, or that has none yet. */
function expireLater(call: Call, key: string, leftMs: unknown, lifetimeMs: Arg): Promise<unknown>[] {
  return Number(leftMs) < Number(lifetimeMs) ? [call.send(["pexpire"], [key], [lifetimeMs])] : [];
}
