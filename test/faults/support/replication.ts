import type { RedisServer } from "../../support/redis-server.js";
import { waitUntil } from "../../support/wait-until.js";

/** Keeps a master from writing, for ten seconds or until it is killed, and waits until its replica has all. */
export async function bringInStep(master: RedisServer, replica: RedisServer): Promise<void> {
  await master.command("CLIENT", "PAUSE", 10_000, "WRITE");
  await waitUntil("the replica has all", async () => (await offsetOf(master)) === (await offsetOf(replica)));
}

/** Waits until a replica has what was written by now. */
export async function waitForReplica(master: RedisServer, replica: RedisServer): Promise<void> {
  const written = Number(await offsetOf(master));
  await waitUntil("the replica has what was written", async () => Number(await offsetOf(replica)) >= written);
}

async function offsetOf(server: RedisServer): Promise<string | undefined> {
  return /master_repl_offset:(\d+)/.exec(String(await server.command("INFO", "replication")))?.[1];
}
