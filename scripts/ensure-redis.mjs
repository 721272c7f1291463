// `npm test` runs against a real redis-server.
import { asRoot, ensure, run } from "./ensure.mjs";

ensure("redis-server", {
  version: () => /v=(\S+)/.exec(run("redis-server", "--version").stdout ?? "")?.[1],
  howToInstall:
    "the tests need redis-server on the PATH; install it (Debian, Ubuntu: apt-get install redis-server; " +
    "Fedora: dnf install redis; macOS: brew install redis) and run this again",
  // Where systemd runs, the package has started and enabled its service; the tests start their own servers.
  afterInstall() {
    asRoot("service", "redis-server", "stop");
    asRoot("update-rc.d", "redis-server", "disable");
  },
});
