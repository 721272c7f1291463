import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";

/** What the server itself used of the processor so far, in seconds. */
export async function cpuSeconds(admin: Redis): Promise<number> {
  const info = await admin.info("cpu");
  return field(info, "used_cpu_user") + field(info, "used_cpu_sys");
}

function field(info: string, name: string): number {
  const value = new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1];
  if (value === undefined) throw new Error(`redis-server's INFO has no ${name}`);
  return Number(value);
}

/** How often each command is sent to a database while the work is done; what scripts run is left out. */
export async function commandsSent(
  admin: Redis,
  database: number,
  work: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const sent: Record<string, number> = {};
  // What was sent before must have been answered: ioredis fails on a line that comes with the answer to MONITOR.
  await sleep(200);
  const monitor = await admin.monitor();
  monitor.on("monitor", (_time: string, [name]: string[], source: string, db: string) => {
    if (source === "lua" || db !== String(database)) return;
    const command = name!.toUpperCase();
    sent[command] = (sent[command] ?? 0) + 1;
  });
  try {
    await work();
    return sent;
  } finally {
    monitor.disconnect();
  }
}
