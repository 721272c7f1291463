import { warnOnce } from "../internal/warn-once.js";
import type { RequestSource } from "./request-source.js";

/** Warns once if a browser drops a `Secure` cookie because the request came over plain http. */
export function warnIfInsecure(source: RequestSource): void {
  if (!source.isInsecure()) return;
  warnOnce(
    "createSessions sends a Secure cookie, and the request came over plain http, so a browser drops the cookie. Behind " +
      "a proxy that terminates TLS, let the proxy set X-Forwarded-Proto. Without TLS, as in development, set " +
      "cookie: { secure: false }.",
  );
}
