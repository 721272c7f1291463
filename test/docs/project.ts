import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Copies a built package into a `node_modules` folder, with links to its dependencies, as npm installs it. */
export function linkPackage(dist: string, modules: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  cpSync(dist, join(modules, "sessionary/dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(modules, "sessionary/package.json"));
  for (const name of Object.keys(dependencies)) link(name, modules);
}

/** A folder with the package and the packages that a page says to install, and nothing else. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "sessionary-docs-"));
  readonly #processes: ChildProcess[] = [];

  /** @param modules a `node_modules` folder that has this package and its dependencies. */
  constructor(modules: string, packages: string[]) {
    this.write("package.json", JSON.stringify({ private: true, type: "module" }));
    const own = join(this.folder, "node_modules");
    cpSync(modules, own, { recursive: true, verbatimSymlinks: true });
    for (const name of packages) if (name !== "sessionary") link(name, own);
  }

  /** Writes a file, and what Node.js can run of a TypeScript file. @returns the name of the file to run. */
  write(file: string, text: string): string {
    writeFileSync(join(this.folder, file), text);
    if (!/\.[cm]?ts$/.test(file) || file.endsWith(".d.ts")) return file;
    const { module, target } = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true }; // as NestJS needs
    const { outputText } = ts.transpileModule(text, { compilerOptions: { module, target, ...decorators } });
    return this.write(file.replace(/ts$/, "js"), outputText);
  }

  /** Starts Node.js. The process ends with `close`. */
  start(args: string[], env: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#processes.push(child);
    return new Running(child);
  }

  async close(): Promise<void> {
    for (const child of this.#processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(this.folder, { recursive: true });
  }
}

/** A process and what it has printed. */
export class Running {
  output = "";
  /** The exit code, and null while it runs. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    this.ended = new Promise((resolve) => child.once("close", resolve));
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

function link(name: string, modules: string): void {
  const path = join(modules, name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(ROOT, "node_modules", name), path);
}
