import { spawn, type ChildProcess } from "node:child_process";

/**
 * Ends a server and removes its directory when this process is gone, for whatever reason. In a process
 * that is killed no handler runs; so this is a shell that waits for the end of its input, which comes then.
 */
export class Undertaker {
  readonly #shell: ChildProcess;

  constructor(dir: string) {
    const script = `pid=
      while read -r line; do pid=$line; done
      test -n "$pid" && kill -9 "$pid"
      rm -rf "$1"`;
    this.#shell = spawn("sh", ["-c", script, "sh", dir], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true, // out of reach of a Ctrl-C, which goes to the whole group
    });
    this.#shell.stdin?.on("error", () => {}); // it has gone; then nothing is left to tell it
  }

  watch(pid: number): void {
    this.#shell.stdin?.write(`${pid}\n`);
  }

  /** What it watched has ended; its process id may come to mean another process. */
  forget(): void {
    this.#shell.stdin?.write("\n");
  }

  /** There is nothing left to do. */
  dismiss(): void {
    this.#shell.kill("SIGKILL");
  }
}
