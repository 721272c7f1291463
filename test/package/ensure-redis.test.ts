import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = "scripts/ensure-redis.mjs";
let bin: string;

beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), "sessionary-path-"));
});
afterEach(() => rm(bin, { recursive: true }));

const command = async (name: string, text: string) => {
  await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
  await chmod(join(bin, name), 0o755);
};
/** Runs the script with nothing on the PATH but `bin`. */
const run = () =>
  spawnSync(process.execPath, [script], { encoding: "utf8", env: { PATH: bin }, timeout: 20_000 });
const redisServer = spawnSync("sh", ["-c", "command -v redis-server"], { encoding: "utf8" }).stdout.trim();

describe("ensure-redis", () => {
  it("prints the version that is on the PATH", async () => {
    await symlink(redisServer, join(bin, "redis-server"));
    const { status, stdout, stderr } = run();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^redis-server \d+\.\d+\.\d+\n$/);
  });

  it("says in one line how to install it where it can't", () => {
    const { status, stdout, stderr } = run();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^.*install redis-server.*\n$/);
  });

  // The package itself can't be installed by a test: this apt-get writes down what it was asked for.
  describe("with apt-get and without redis-server", () => {
    beforeEach(async () => {
      await symlink("/usr/bin/env", join(bin, "env"));
      await command("sudo", 'test "$1" = -n && shift && exec "$@"');
    });

    it("installs it, and stops and disables the service that the package brings", async () => {
      const record = `printf '%s\\n' "\${0##*/} $*" >> "${bin}/calls"`;
      await command("service", record);
      await command("update-rc.d", record);
      const give = `/bin/ln -s "${redisServer}" "${bin}/redis-server"`;
      await command("apt-get", `${record}; if test "$1" = install; then ${give}; fi`);
      const { status, stdout, stderr } = run();
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/\nredis-server \d+\.\d+\.\d+\n$/);
      expect((await readFile(join(bin, "calls"), "utf8")).trim().split("\n").slice(1)).toEqual([
        "apt-get update --quiet",
        "apt-get install --yes --no-install-recommends redis-server",
        "service redis-server stop",
        "update-rc.d redis-server disable",
      ]);
    });

    it("says in one line how to install it when apt-get fails", async () => {
      await command("apt-get", 'test "$1" = --version');
      const { status, stderr } = run();
      expect(status).toBe(1);
      expect(stderr).toMatch(/^.*install redis-server.*\n$/);
    });
  });
});
