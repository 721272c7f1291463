import fc from "fast-check";

export type Fields = Record<string, unknown>;

/** A change of a nested field, as a handler makes it. */
export interface Edit {
  path: string[];
  kind: "set" | "remove" | "empty" | "list" | "replace";
}

const key = fc.constantFrom("a", "b");

export const edit: fc.Arbitrary<Edit> = fc.record({
  path: fc
    .tuple(fc.constantFrom("profile", "cart"), fc.array(key, { maxLength: 2 }))
    .map(([field, rest]) => [field, ...rest]),
  kind: fc.constantFrom("set", "set", "remove", "empty", "list", "replace"),
});

/** Fields that a session has from the start, for edits to meet on. */
export const SEED: Fields = { profile: { a: { a: 0, b: 0 }, b: 0 }, cart: [0] };

/** Makes a change; the value is unique to the request. */
export function apply(fields: Fields, { path, kind }: Edit, value: string): void {
  const name = path.at(-1)!;
  let at = fields;
  for (const part of path.slice(0, -1)) {
    if (!isObject(at[part])) {
      if (kind === "remove" || kind === "empty") return;
      at[part] = {};
    }
    at = at[part] as Fields;
  }
  if (kind === "remove") delete at[name];
  else at[name] = { set: value, empty: null, list: [value], replace: { b: value } }[kind];
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function copyOf(fields: Fields): Fields {
  return JSON.parse(JSON.stringify(fields)) as Fields;
}
