import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { onTestFinished } from "vitest";

/** What a demo's process comes to. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A demo as somebody starts it in a terminal: a process group, which gets the terminal's Ctrl-C. */
export class DemoProcess {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;

  constructor(command: string, args: string[], env: NodeJS.ProcessEnv = {}) {
    const started = spawn(command, args, {
      env: { ...process.env, PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // leads a group of its own
    });
    started.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    started.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      started.once("close", (code, signal) => resolve({ code, signal }));
    });
    this.#process = started;
    onTestFinished(() => {
      if (this.isAlive()) this.signalGroup("SIGKILL");
    });
  }

  /** The lines that it offers for pasting. */
  get lines(): string[] {
    return this.stdout.split("\n").filter((line) => line.startsWith("  "));
  }

  /** The whole group, as Ctrl-C does. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.#process.pid!, signal);
  }

  /** The process that was started, and none that it has started. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Whether any process of the group is left. */
  isAlive(): boolean {
    try {
      process.kill(-this.#process.pid!, 0);
      return true;
    } catch {
      return false;
    }
  }
}

/** Pastes lines into a shell. @returns what it printed, line by line. */
export function paste(lines: string[]): string[] {
  const { stdout, stderr } = spawnSync("sh", ["-eu"], { input: lines.join("\n"), encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return stdout.trim().split("\n");
}

export const hasCurl = spawnSync("curl", ["--version"]).status === 0;
