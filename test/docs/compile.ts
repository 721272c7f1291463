import { join } from "node:path";
import ts from "typescript";

const ROOT = process.cwd();

/**
 * What the compiler says of sources that are in no file, as if they stood in this folder: with this project's
 * options, in which a name that nobody uses is fine.
 * @returns a line for each error, which begins with the source's name.
 */
export function compileErrors(sources: Record<string, string>): string[] {
  const folder = join(ROOT, "test/docs");
  const texts = new Map(Object.entries(sources).map(([name, text]) => [join(folder, name), text]));
  const options = { ...projectOptions(), allowJs: true, checkJs: true, noUnusedLocals: false };
  const host = ts.createCompilerHost(options);
  const real = { ...host };
  host.fileExists = (path) => texts.has(path) || real.fileExists(path);
  host.readFile = (path) => texts.get(path) ?? real.readFile(path);
  host.getSourceFile = (path, ...others) => {
    const text = texts.get(path);
    if (text === undefined) return real.getSourceFile(path, ...others);
    return ts.createSourceFile(path, text, others[0]);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const name = file?.fileName.replace(`${folder}/`, "") ?? "";
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

function projectOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options;
}
