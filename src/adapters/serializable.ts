/**
 * Prevents JSON.stringify from throwing on a session. express-session calls it at the end of a request to hash the
 * session, and if it throws, the request gets no response. Saving such a session rejects with an error that names the
 * field.
 */
export function serializable(session: object): void {
  if (Object.hasOwn(session, "toJSON")) return;
  Object.defineProperty(session, "toJSON", { configurable: true, writable: true, value: toJSON });
}

function toJSON(this: object): unknown {
  return canStringify(this) ? this : { unserializable: true };
}

/** True if JSON.stringify does not throw on a session's fields. */
export function canStringify(session: object): boolean {
  try {
    if (Object.entries(session).every(([key, value]) => key === "cookie" || isPlainJson(value, 0)))
      return true;
    JSON.stringify({ ...session, cookie: undefined });
    return true;
  } catch {
    return false;
  }
}

/** Maximum depth for the fast check. JSON.stringify checks deeper values, and also finds cycles. */
const MAX_DEPTH = 20;

/** True if a value contains only values that JSON can represent. This check is faster than JSON.stringify. */
function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value === "bigint" || typeof value === "function") return false;
  if (typeof value !== "object" || value === null) return true;
  if (depth > MAX_DEPTH || "toJSON" in value) return false;
  for (const key in value) if (!isPlainJson((value as Record<string, unknown>)[key], depth + 1)) return false;
  return true;
}
