import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "../statistics.js";

/**
 * How long after its start a bare Node gets to the end of a module, with and without importing `file`,
 * in ms; both in turn, in a new process each time.
 */
export async function importTime(
  file: string,
  times: number,
): Promise<{ bareMs: number; importingMs: number }> {
  const dir = await mkdtemp(join(tmpdir(), "sessionary-import-"));
  const module = async (name: string, first: string) => {
    const path = join(dir, name);
    await writeFile(path, `${first}\nprocess.stdout.write(String(performance.now()));\n`);
    return () => Number(execFileSync(process.execPath, [path], { encoding: "utf8" }));
  };
  try {
    const bare = await module("bare.mjs", "");
    const importing = await module("importing.mjs", `import ${JSON.stringify(pathToFileURL(file).href)};`);
    bare();
    importing(); // the first reads come from the disk
    const pairs = Array.from({ length: times }, () => [bare(), importing()] as const);
    return { bareMs: median(pairs.map(([ms]) => ms)), importingMs: median(pairs.map(([, ms]) => ms)) };
  } finally {
    await rm(dir, { recursive: true });
  }
}
