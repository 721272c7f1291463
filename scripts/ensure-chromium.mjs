// `npm run test:browser` drives a real Chromium.
import { ensure, run } from "./ensure.mjs";

ensure("chromium", {
  version: () => /^Chromium (\d\S*)/.exec(run("chromium", "--version").stdout ?? "")?.[1],
  howToInstall:
    "the browser test needs chromium on the PATH; install it (Debian: apt-get install chromium; " +
    "Fedora: dnf install chromium) and run this again",
});
