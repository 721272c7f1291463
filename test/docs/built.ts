import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkPackage } from "./project.js";

/** A `node_modules` folder with the package as `npm run build` makes it, without type declarations. */
export class BuiltPackage {
  readonly #folder = mkdtempSync(join(tmpdir(), "sessionary-built-"));
  readonly modules = join(this.#folder, "node_modules");

  constructor() {
    const dist = join(this.#folder, "dist");
    execFileSync("npx", ["tsup", "--no-dts", "--out-dir", dist], { stdio: "inherit" });
    linkPackage(dist, this.modules);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
