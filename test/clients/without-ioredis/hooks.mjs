// A module loader hook: ioredis is resolved to a package that is not installed.
export function resolve(specifier, context, next) {
  return next(specifier === "ioredis" ? "ioredis-not-installed" : specifier, context);
}
