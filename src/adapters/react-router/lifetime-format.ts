import type { SessionData } from "../../store.js";
import { type Fields, type Lifetime, type SessionFormat } from "../../tracker/index.js";
import { sameLifetime } from "../../tracker/lifetime.js";

/** Field with the lifetime of a session, if it is not the default lifetime: milliseconds, or a date as text. */
const LIFETIME = "__lifetime__";

/** Stores the data of a session, and its lifetime if a commit has set another one than the default. */
export class LifetimeFormat implements SessionFormat {
  readonly undecodableReason = "its lifetime is not valid";
  readonly #defaultFor: (data: SessionData) => Lifetime;

  constructor(defaultFor: (data: SessionData) => Lifetime) {
    this.#defaultFor = defaultFor;
  }

  fieldsOf(data: SessionData): Fields | undefined {
    const lifetime = ownLifetime(data);
    return lifetime === undefined || Number.isFinite(Number(lifetime)) ? data : undefined;
  }

  dataOf(fields: Fields): SessionData {
    return fields;
  }

  emptyOf(fields: Fields): Fields {
    return withLifetime({}, ownLifetime(fields));
  }

  lifetimeOf(fields: Fields): Lifetime {
    return ownLifetime(fields) ?? this.#defaultFor(fields);
  }

  /** Returns the fields of a session, which include its lifetime if that is not the default. */
  fieldsFor(data: SessionData, lifetime: Lifetime | undefined): Fields {
    const isDefault = lifetime !== undefined && sameLifetime(lifetime, this.#defaultFor(data));
    return withLifetime(data, isDefault ? undefined : lifetime);
  }
}

/** Returns the lifetime that a commit has set, or undefined for the default. */
export function ownLifetime(fields: Fields): Lifetime | undefined {
  const lifetime = fields[LIFETIME];
  if (lifetime === undefined) return undefined;
  return typeof lifetime === "number" ? lifetime : new Date(lifetime as string);
}

/** Returns the data of a session without its lifetime. */
export function withoutLifetime({ [LIFETIME]: _, ...data }: Fields): SessionData {
  return data;
}

function withLifetime(data: SessionData, lifetime: Lifetime | undefined): Fields {
  const fields = withoutLifetime(data);
  if (lifetime === undefined) return fields;
  return { ...fields, [LIFETIME]: typeof lifetime === "number" ? lifetime : lifetime.toISOString() };
}
