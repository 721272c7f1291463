import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";

const who = new AsyncLocalStorage<string>();
const counts = new Map<string, number>();

subscribe("net.client.socket", () => {
  const name = who.getStore();
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
});

/** Runs a task; the connections that it opens, now or in what follows from it, count as this one's. */
export function countingAs<R>(name: string, task: () => R): R {
  return who.run(name, task);
}

/** How many connections were tried under this name. */
export function attemptsOf(name: string): number {
  return counts.get(name) ?? 0;
}
