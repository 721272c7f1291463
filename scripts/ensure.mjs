// What the tests need on the machine: found on the PATH, or installed as Debian's package where this may: as
// root, or through a sudo that asks for no password.
import { spawnSync } from "node:child_process";
import process from "node:process";

export const run = (command, ...args) => spawnSync(command, args, { encoding: "utf8" });

export function asRoot(...command) {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  // Runlevel 1 tells Debian's invoke-rc.d not to start what a package brings.
  return run(...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", ...command).status === 0;
}

/**
 * Prints the command's version, or fails with one line that says how to install it.
 * @param version gives it, or `undefined` when there is no such command that runs.
 */
export function ensure(command, { version, howToInstall, afterInstall = () => {} }) {
  let found = version();
  if (found === undefined && run("apt-get", "--version").status === 0) {
    console.log(`${command} is not on the PATH: installing Debian's package`);
    asRoot("apt-get", "update", "--quiet"); // a list that can't be refreshed may still know the package
    if (asRoot("apt-get", "install", "--yes", "--no-install-recommends", command)) afterInstall();
    found = version();
  }
  if (found === undefined) {
    console.error(howToInstall);
    process.exitCode = 1;
  } else console.log(`${command} ${found}`);
}
