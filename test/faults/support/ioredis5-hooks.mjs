// A module loader hook: what is imported under this mark gets ioredis 5 where it imports ioredis.
const MARK = "?ioredis5";

export async function resolve(specifier, context, next) {
  const isMarked = specifier.endsWith(MARK) || context.parentURL?.endsWith(MARK);
  if (!isMarked) return next(specifier, context);
  if (specifier === "ioredis") return next("ioredis5", context);
  const parentURL = context.parentURL?.replace(MARK, "");
  const resolved = await next(specifier.replace(MARK, ""), { ...context, parentURL });
  // Only what imports ioredis, and createStore: errors and events stay the ones that everybody has.
  const isOurs = /^file:.*\/src\/(?:redis\/|create-store\.)/.test(resolved.url);
  return isOurs ? { ...resolved, url: resolved.url + MARK } : resolved;
}
