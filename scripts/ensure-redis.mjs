// `npm test` runs against a real redis-server. This finds it on the PATH, or installs Debian's package
// where it may: as root, or through a sudo that asks for no password.
import { spawnSync } from "node:child_process";
import process from "node:process";

const HOW_TO_INSTALL =
  "the tests need redis-server on the PATH; install it (Debian, Ubuntu: apt-get install redis-server; " +
  "Fedora: dnf install redis; macOS: brew install redis) and run this again";

const run = (command, ...args) => spawnSync(command, args, { encoding: "utf8" });

function asRoot(...command) {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  // Runlevel 1 tells Debian's invoke-rc.d not to start what a package brings.
  return run(...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", ...command).status === 0;
}

/** The version, or `undefined` when there is no redis-server that runs. */
const installed = () => /v=(\S+)/.exec(run("redis-server", "--version").stdout ?? "")?.[1];

function install() {
  console.log("redis-server is not on the PATH: installing Debian's package");
  asRoot("apt-get", "update", "--quiet"); // a list that can't be refreshed may still know the package
  if (!asRoot("apt-get", "install", "--yes", "--no-install-recommends", "redis-server")) return;
  // Where systemd runs, the package has started and enabled its service; the tests start their own servers.
  asRoot("service", "redis-server", "stop");
  asRoot("update-rc.d", "redis-server", "disable");
}

const mayInstall = run("apt-get", "--version").status === 0;
let version = installed();
if (version === undefined && mayInstall) {
  install();
  version = installed();
}
if (version === undefined) {
  console.error(HOW_TO_INSTALL);
  process.exitCode = 1;
} else console.log(`redis-server ${version}`);
