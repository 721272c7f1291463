import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Runs a script with an empty folder as its PATH, a new one in each test, to which the test adds commands. */
export class OwnPath {
  readonly #script: string;
  #bin = "";

  constructor(script: string) {
    this.#script = script;
    beforeEach(async () => {
      this.#bin = await mkdtemp(join(tmpdir(), "sessionary-path-"));
    });
    afterEach(() => rm(this.#bin, { recursive: true }));
  }

  /** Returns the path of a file in the folder. */
  file(name: string): string {
    return join(this.#bin, name);
  }

  /** Adds a command, as the text of a shell script. */
  async command(name: string, text: string): Promise<void> {
    await writeFile(this.file(name), `#!/bin/sh\n${text}\n`);
    await chmod(this.file(name), 0o755);
  }

  run() {
    const env = { PATH: this.#bin };
    return spawnSync(process.execPath, [this.#script], { encoding: "utf8", env, timeout: 20_000 });
  }
}
