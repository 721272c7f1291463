import { readFile, symlink } from "node:fs/promises";
import { expect, it } from "vitest";
import { OwnPath } from "../../support/own-path.js";

const CHROMIUM = "echo 'Chromium 156.0.8078.79 built on Debian GNU/Linux 12'";
const path = new OwnPath("scripts/ensure-chromium.mjs");

it("prints the version that is on the PATH", async () => {
  await path.command("chromium", CHROMIUM);
  const { status, stdout, stderr } = path.run();
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "chromium 156.0.8078.79\n", stderr: "" });
});

it.each([
  ["there is no apt-get", undefined],
  ["apt-get fails", 'test "$1" = --version'],
])("says in one line how to install it when %s", async (_, aptGet) => {
  if (aptGet !== undefined) await path.command("apt-get", aptGet);
  const { status, stderr } = path.run();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^.*install chromium.*\n$/);
});

// The package itself can't be installed by a test: this apt-get writes down what it was asked for.
it("installs Debian's package where it may", async () => {
  await symlink("/usr/bin/env", path.file("env"));
  await path.command("sudo", 'test "$1" = -n && shift && exec "$@"');
  await path.command("given", CHROMIUM);
  const give = `if test "$1" = install; then /bin/cp "${path.file("given")}" "${path.file("chromium")}"; fi`;
  await path.command("apt-get", `printf '%s\\n' "$*" >> "${path.file("calls")}"; ${give}`);
  const { status, stdout, stderr } = path.run();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/\nchromium 156\.0\.8078\.79\n$/);
  expect((await readFile(path.file("calls"), "utf8")).trim().split("\n").slice(1)).toEqual([
    "update --quiet",
    "install --yes --no-install-recommends chromium",
  ]);
});
