import { createHmac, timingSafeEqual } from "node:crypto";
import { isSessionId } from "../session-id.js";

/**
 * Returns the session id in a cookie that express-session (`s:` + id + `.` + signature) or @fastify/session (without
 * `s:`) signed. Returns undefined if the value is not signed with one of the secrets.
 */
export function signedId(value: string, secrets: readonly string[]): string | undefined {
  const text = decoded(value);
  if (text === undefined) return undefined;
  const signed = text.startsWith("s:") ? text.slice(2) : text;
  const dot = signed.lastIndexOf(".");
  if (dot === -1) return undefined;
  const id = signed.slice(0, dot);
  const signature = Buffer.from(signed.slice(dot + 1));
  return isSessionId(id) && secrets.some((secret) => isSignature(id, signature, secret)) ? id : undefined;
}

function isSignature(id: string, signature: Buffer, secret: string): boolean {
  const expected = Buffer.from(createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, ""));
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

/** Decodes a cookie value. Both packages percent-encode it. */
function decoded(value: string): string | undefined {
  const unquoted = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  if (!unquoted.includes("%")) return unquoted;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return undefined;
  }
}
