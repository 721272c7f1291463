import { spawnSync } from "node:child_process";
import { readFile, symlink } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { OwnPath } from "../support/own-path.js";

const path = new OwnPath("scripts/ensure-redis.mjs");
const redisServer = spawnSync("sh", ["-c", "command -v redis-server"], { encoding: "utf8" }).stdout.trim();

describe("ensure-redis", () => {
  it("prints the version that is on the PATH", async () => {
    await symlink(redisServer, path.file("redis-server"));
    const { status, stdout, stderr } = path.run();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^redis-server \d+\.\d+\.\d+\n$/);
  });

  it("says in one line how to install it where it can't", () => {
    const { status, stdout, stderr } = path.run();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^.*install redis-server.*\n$/);
  });

  // The package itself can't be installed by a test: this apt-get writes down what it was asked for.
  describe("with apt-get and without redis-server", () => {
    beforeEach(async () => {
      await symlink("/usr/bin/env", path.file("env"));
      await path.command("sudo", 'test "$1" = -n && shift && exec "$@"');
    });

    it("installs it, and stops and disables the service that the package brings", async () => {
      const record = `printf '%s\\n' "\${0##*/} $*" >> "${path.file("calls")}"`;
      await path.command("service", record);
      await path.command("update-rc.d", record);
      const give = `/bin/ln -s "${redisServer}" "${path.file("redis-server")}"`;
      await path.command("apt-get", `${record}; if test "$1" = install; then ${give}; fi`);
      const { status, stdout, stderr } = path.run();
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/\nredis-server \d+\.\d+\.\d+\n$/);
      expect((await readFile(path.file("calls"), "utf8")).trim().split("\n").slice(1)).toEqual([
        "apt-get update --quiet",
        "apt-get install --yes --no-install-recommends redis-server",
        "service redis-server stop",
        "update-rc.d redis-server disable",
      ]);
    });

    it("says in one line how to install it when apt-get fails", async () => {
      await path.command("apt-get", 'test "$1" = --version');
      const { status, stderr } = path.run();
      expect(status).toBe(1);
      expect(stderr).toMatch(/^.*install redis-server.*\n$/);
    });
  });
});
