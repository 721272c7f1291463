/**
 * Makes JSON.stringify of a session not throw. express-session hashes sessions with it at the end of a request, where
 * an exception leaves the request without an answer. Saving such a session rejects with an error that names the field.
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

/** Deep enough for sessions; deeper values are tried with JSON.stringify, which also finds cycles. */
const MAX_DEPTH = 20;

/** True if a value holds nothing but what JSON represents, which is faster to find out than to write it. */
function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value === "bigint" || typeof value === "function") return false;
  if (typeof value !== "object" || value === null) return true;
  if (depth > MAX_DEPTH || "toJSON" in value) return false;
  for (const key in value) if (!isPlainJson((value as Record<string, unknown>)[key], depth + 1)) return false;
  return true;
}
