import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const CHROMIUM = "echo 'Chromium 156.0.8078.79 built on Debian GNU/Linux 12'";
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
  spawnSync(process.execPath, ["scripts/ensure-chromium.mjs"], { encoding: "utf8", env: { PATH: bin } });

it("prints the version that is on the PATH", async () => {
  await command("chromium", CHROMIUM);
  const { status, stdout, stderr } = run();
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "chromium 156.0.8078.79\n", stderr: "" });
});

it.each([
  ["there is no apt-get", undefined],
  ["apt-get fails", 'test "$1" = --version'],
])("says in one line how to install it when %s", async (_, aptGet) => {
  if (aptGet !== undefined) await command("apt-get", aptGet);
  const { status, stderr } = run();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^.*install chromium.*\n$/);
});

// The package itself can't be installed by a test: this apt-get writes down what it was asked for.
it("installs Debian's package where it may", async () => {
  await symlink("/usr/bin/env", join(bin, "env"));
  await command("sudo", 'test "$1" = -n && shift && exec "$@"');
  await command("given", CHROMIUM);
  const give = `if test "$1" = install; then /bin/cp "${bin}/given" "${bin}/chromium"; fi`;
  await command("apt-get", `printf '%s\\n' "$*" >> "${bin}/calls"; ${give}`);
  const { status, stdout, stderr } = run();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/\nchromium 156\.0\.8078\.79\n$/);
  expect((await readFile(join(bin, "calls"), "utf8")).trim().split("\n").slice(1)).toEqual([
    "update --quiet",
    "install --yes --no-install-recommends chromium",
  ]);
});
