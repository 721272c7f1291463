import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild } from "./child.js";

/** Far more than a process takes that nothing keeps alive. */
const BOUND_MS = 15_000;

export interface Exit {
  /** How its calls ended. */
  calls: string;
  exited: boolean;
}

/** Runs a process that uses a store, closes it and has nothing more to do. */
export async function useAndClose(version: 5 | 6, url: string): Promise<Exit> {
  const child = startChild("uses-and-closes", String(version), url);
  let calls = "";
  child.stdout?.on("data", (chunk: Buffer) => (calls += chunk.toString()));
  const bound = new AbortController();
  const gaveUp = sleep(BOUND_MS, false, { signal: bound.signal }).catch(() => false);
  const exited = await Promise.race([once(child, "exit").then(([code]) => code === 0), gaveUp]);
  bound.abort();
  child.kill("SIGKILL");
  return { calls, exited };
}
