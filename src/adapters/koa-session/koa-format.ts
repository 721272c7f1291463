import type { SessionData } from "../../store.js";
import type { Fields, Lifetime, SessionFormat } from "../../tracker/index.js";
import { hasExpiry } from "../../tracker/lifetime.js";
import type { CheckedAdapterOptions } from "../options.js";

/**
 * Converts between sessions as koa-session stores them and the fields to merge. koa-session adds `_maxAge` and
 * `_expire`, or `_session` if the cookie has no expiry. `_maxAge` is one of the fields. `_expire`, by which
 * koa-session rejects expired sessions, is computed from the expiry in the store.
 */
export class KoaFormat implements SessionFormat {
  readonly undecodableReason = "not a session of koa-session";
  readonly #ttlMs: CheckedAdapterOptions["ttlMs"];

  constructor(ttlMs: CheckedAdapterOptions["ttlMs"]) {
    this.#ttlMs = ttlMs;
  }

  fieldsOf(data: SessionData): Fields | undefined {
    const { _expire, ...fields } = data;
    const { _maxAge } = fields;
    return _maxAge === undefined || Number.isFinite(_maxAge) ? fields : undefined;
  }

  dataOf(fields: Fields, expiresAt: number): SessionData {
    return fields._maxAge === undefined || !hasExpiry(expiresAt) ? fields : { ...fields, _expire: expiresAt };
  }

  emptyOf({ _maxAge, _session }: Fields): Fields {
    return { ...(_maxAge !== undefined && { _maxAge }), ...(_session !== undefined && { _session }) };
  }

  lifetimeOf(fields: Fields): Lifetime {
    if (typeof this.#ttlMs === "function") return this.#ttlMs(fields);
    return (fields._maxAge as number | undefined) ?? this.#ttlMs;
  }
}
