// Newer Redis and Valkey servers than the system's own: unpacked from Debian's archive, with the libraries that they
// were built against. Nothing is installed. They are kept in the user's cache directory.
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { ask } from "./run.mjs";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sessionary-servers");

/**
 * Downloads a server on the first call.
 * @param package_ Debian's package, `"redis-server"` or `"valkey-server"`
 * @returns the path of a program that runs like `redis-server`.
 * @throws when this is not a Debian system, or its archive can't be reached.
 */
export function debianServer(package_) {
  const dir = join(cache, package_);
  const program = join(dir, "redis-server");
  if (existsSync(program)) return program;
  rmSync(dir, { recursive: true, force: true }); // of an attempt that was interrupted
  const root = join(dir, "root");
  for (const file of download(package_, join(dir, "apt"))) ask("dpkg-deb", ["--extract", file, root]);
  const loader = find(root, /\/ld-linux[^/]*\.so\.\d+$/);
  const libraries = dirname(find(root, /\/libc\.so\.\d+$/));
  const binary = find(root, new RegExp(`/bin/${package_}$`));
  const command = `exec "${loader}" --library-path "${libraries}" "${binary}" "$@"`;
  writeFileSync(`${program}.new`, `#!/bin/sh\n${command}\n`);
  chmodSync(`${program}.new`, 0o755);
  renameSync(`${program}.new`, program);
  rmSync(join(dir, "apt"), { recursive: true });
  return program;
}

/** Downloads a package and everything that it needs. @returns the files. */
function download(name, apt) {
  for (const dir of ["lists/partial", "archives/partial"]) mkdirSync(join(apt, dir), { recursive: true });
  const archive = archiveAddress();
  const source = (suite) => `deb [signed-by=${KEYRING}] ${archive} ${suite} main\n`;
  writeFileSync(join(apt, "sources.list"), source("sid") + source("experimental"));
  // The newest version of the server, and the libraries of sid unless it needs newer ones.
  const pin = `Package: ${name} ${name.replace("server", "tools")}\nPin: release a=experimental\nPin-Priority: 500\n`;
  writeFileSync(join(apt, "preferences"), pin);
  writeFileSync(join(apt, "status"), ""); // as if nothing were installed, so that all it needs is downloaded
  const settings = {
    "Dir::Etc::sourcelist": join(apt, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferences": join(apt, "preferences"),
    "Dir::Etc::preferencesparts": "/dev/null",
    "Dir::State::Lists": join(apt, "lists"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": apt,
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "true",
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  ask("apt-get", ["-qq", ...options, "update"]);
  ask("apt-get", ["-qq", ...options, "--yes", "--no-install-recommends", "--download-only", "install", name]);
  const archives = join(apt, "archives");
  const files = readdirSync(archives).filter((file) => file.endsWith(".deb"));
  return files.map((file) => join(archives, file));
}

/** The address of Debian's archive, as apt is configured on this machine. */
function archiveAddress() {
  const addresses = ask("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  const address = addresses.split("\n").find((each) => /\/debian\/$/.test(each));
  if (address === undefined) throw new Error("Debian's archive is not among apt's sources");
  return address;
}

function find(root, pattern) {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" });
  const found = files.map((file) => join(root, file)).find((file) => pattern.test(file));
  if (found === undefined) throw new Error(`no file like ${pattern} in ${root}`);
  return found;
}
