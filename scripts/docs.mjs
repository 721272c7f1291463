// Builds the API reference: `npm run docs` writes it to api/, `npm run docs -- --check` writes nothing. Both fail if
// an export or a property has no docstring, a public function has no @example, or a link is broken.
import process from "node:process";
import { Application, ReflectionKind } from "typedoc";
import { entryPoints } from "./entry-points.mjs";

const app = await Application.bootstrap({
  name: "sessionary",
  entryPoints: entryPoints().map(({ source }) => source),
  tsconfig: "tsconfig.docs.json",
  out: "api",
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true, // they require the address of a repository
  skipErrorChecking: true, // `npm run typecheck` does it
  validation: { notDocumented: true, invalidLink: true, notExported: false },
  // Properties are checked below: those of inline types have the docstring of the type that contains them.
  requiredToBeDocumented: ["Class", "Interface", "TypeAlias", "Function", "Variable", "Method", "Accessor"],
});
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);

for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
  if (!property.parent?.kindOf(ReflectionKind.ClassOrInterface)) continue;
  const parts = [property, ...(property.type?.declaration?.signatures ?? [])];
  if (!parts.some((part) => part.hasComment()))
    app.logger.error(`${property.getFullName()} has no docstring`);
}
for (const { signatures = [], ...each } of project.getReflectionsByKind(ReflectionKind.Function)) {
  if (!signatures.some(({ comment }) => comment?.getTag("@example")))
    app.logger.error(`${each.name} has no @example`);
}

const fails = app.logger.hasErrors() || app.logger.hasWarnings();
if (!fails && !process.argv.includes("--check")) await app.generateOutputs(project);
process.exitCode = fails ? 1 : 0;
