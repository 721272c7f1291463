import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Runs a script of the folder children in a process of its own. */
export function startChild(script: string, ...args: string[]): ChildProcess {
  const path = fileURLToPath(new URL(`../children/${script}.ts`, import.meta.url));
  return spawn(process.execPath, ["--import", "tsx", path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The first that a script prints, which is when it is ready. @throws when it ends without a word */
export async function firstOutput(child: ChildProcess): Promise<string> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the child ended (${String(code)}) before it was ready`);
  });
  const [chunk] = (await Promise.race([once(child.stdout!, "data"), ended])) as [Buffer];
  ended.catch(() => {}); // from here on it may end
  return chunk.toString();
}
