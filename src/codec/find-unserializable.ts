import { types } from "node:util";

/**
 * Maximum nesting of session data: far deeper than any session needs, and far below the depth at which
 * `JSON.stringify` overflows the stack.
 */
export const MAX_DEPTH = 1_000;

/**
 * Describes the first value that JSON cannot represent, with its path and the reason. Returns undefined if there is
 * none. Walks the data as `JSON.stringify` does.
 */
export function findUnserializable(data: unknown): string | undefined {
  return find(data, [], new Set());
}

function find(value: unknown, path: string[], ancestors: Set<unknown>): string | undefined {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject && typeof value !== "bigint") return undefined;
  const name = path.length === 0 ? "the data" : `"${path.join(".")}"`;
  if (ancestors.has(value))
    return `${name} is part of a cycle; remove the reference to the object that contains it`;
  if (ancestors.size >= MAX_DEPTH) return `"${path[0]}" is nested deeper than ${MAX_DEPTH}`;
  let converted: unknown = value;
  try {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") converted = toJSON.call(value, path.at(-1) ?? "");
  } catch {
    return path.length === 0 ? "its toJSON method throws" : `the toJSON method of ${name} throws`;
  }
  if (converted !== value) return find(converted, path, new Set(ancestors).add(value));
  if (typeof value === "bigint" || types.isBigIntObject(value)) return `${name} is a BigInt; store a string`;
  if (types.isMap(value)) return `${name} is a Map; store an array or a plain object`;
  if (types.isSet(value)) return `${name} is a Set; store an array`;
  if (typeof value === "function") return undefined;
  return findInside(value, name, path, ancestors);
}

function findInside(
  value: object,
  name: string,
  path: string[],
  ancestors: Set<unknown>,
): string | undefined {
  let keys: string[];
  try {
    keys = Object.keys(value);
  } catch {
    return `${name} cannot be read`;
  }
  ancestors.add(value);
  for (const key of keys) {
    let child: unknown;
    try {
      child = (value as Record<string, unknown>)[key];
    } catch {
      return `the getter of "${[...path, key].join(".")}" throws`;
    }
    const found = find(child, [...path, key], ancestors);
    if (found !== undefined) return found;
  }
  ancestors.delete(value);
  return undefined;
}
