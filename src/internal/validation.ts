import { optionHint } from "./option-hints.js";

// Checks of options, made once, when a store or an adapter is created.

/** Throws a TypeError that names the option and the accepted values. */
export function positiveInteger(name: string, value: unknown, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max)
    return value as number;
  const accepted = max === Number.MAX_SAFE_INTEGER ? "a positive integer" : `an integer from 1 to ${max}`;
  throw new TypeError(`${name} must be ${accepted}; received ${describe(value)}`);
}

/** Throws a TypeError that names the option and the accepted values. */
export function durationMs(name: string, value: unknown, { min = 1, max = 2 ** 31 - 1 } = {}): number {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    throw new TypeError(
      `${name} must be an integer of milliseconds from ${min} to ${max}; received ${describe(value)}`,
    );
  }
  return value as number;
}

/** Throws a TypeError that names the option and the accepted values. */
export function oneOf<T extends string>(name: string, value: unknown, accepted: readonly T[]): T {
  if (!accepted.includes(value as T)) {
    throw new TypeError(
      `${name} must be ${accepted.map((each) => `"${each}"`).join(" or ")}; received ${describe(value)}`,
    );
  }
  return value as T;
}

/** Throws a TypeError that names the option. */
export function functionOption<F extends (...args: never[]) => unknown>(name: string, value: F): F {
  if (typeof value !== "function")
    throw new TypeError(`${name} must be a function; received ${describe(value)}`);
  return value;
}

/**
 * Throws a TypeError if it is not an options object.
 * @param example Options for the message, such as `{ url: "memory:" }`.
 */
export function optionsObject<O>(where: string, options: O, example?: string): O {
  if (options !== null && typeof options === "object" && !Array.isArray(options)) return options;
  const suchAs = example === undefined ? "" : `, such as ${example}`;
  throw new TypeError(`${where} requires an options object${suchAs}; received ${describe(options)}`);
}

/**
 * Throws a TypeError that names the first option that is not accepted and the accepted ones, with a hint if there is
 * one.
 * @param hintOf Returns a hint for an option that is not accepted.
 */
export function knownOptions(
  where: string,
  options: object,
  accepted: readonly string[],
  hintOf: (name: string, accepted: readonly string[]) => string | undefined = optionHint,
): void {
  for (const name of Object.keys(optionsObject(where, options))) {
    if (!accepted.includes(name)) {
      const hint = hintOf(name, accepted);
      throw new TypeError(
        `${where} has no option "${name}"${hint ? `: ${hint}` : ""}; it accepts ${accepted.join(", ")}`,
      );
    }
  }
}

/** Returns a short description of a value for an error message, without the text of a string, which may be a secret. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return "a string";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
