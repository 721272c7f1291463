import { dirname, join, relative } from "node:path";
import ts from "typescript";

const ROOT = process.cwd();
const FOLDER = join(ROOT, "test/docs");

/**
 * Compiles sources that are in no file as if they were in this folder, with the options of this project. Unused names are
 * allowed.
 * @param sources texts by path below this folder.
 * @returns a line for each error, which begins with the path of the source.
 */
export function compileErrors(sources: Record<string, string>): string[] {
  const texts = new Map(Object.entries(sources).map(([name, text]) => [join(FOLDER, name), text]));
  const folders = new Set([...texts.keys()].map((path) => dirname(path)));
  const unused = { noUnusedLocals: false, noUnusedParameters: false };
  const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true }; // as NestJS needs
  const options = { ...projectOptions(), ...unused, ...decorators, allowJs: true, checkJs: true };
  const host = ts.createCompilerHost(options);
  const real = { ...host };
  host.directoryExists = (path) => folders.has(path) || real.directoryExists!(path);
  host.fileExists = (path) => texts.has(path) || real.fileExists(path);
  host.readFile = (path) => texts.get(path) ?? real.readFile(path);
  host.getSourceFile = (path, ...others) => {
    const text = texts.get(path);
    if (text === undefined) return real.getSourceFile(path, ...others);
    return ts.createSourceFile(path, text, others[0]);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const name = file === undefined ? "" : relative(FOLDER, file.fileName);
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${name}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

function projectOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  // An app with NestJS has one Fastify; this project has a second one, with other plugins.
  return { ...options, paths: { ...options.paths, fastify: ["./node_modules/fastify"] } };
}
