import type { SessionData } from "../../store.js";
import type { Fields, Lifetime, SessionFormat } from "../../tracker/index.js";
import { hasExpiry } from "../../tracker/lifetime.js";
import type { CheckedAdapterOptions } from "../options.js";

/**
 * Translates between sessions as koa-session stores them and the fields that are merged. koa-session adds `_maxAge` and
 * `_expire`, or `_session` for a session whose cookie has no date. The lifetime is a field; the expiry of the store
 * replaces `_expire`, by which koa-session rejects expired sessions.
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
