import type { Request } from "express";
import { isForwardedHttps } from "../../internal/forwarded-proto.js";
import { warnOnce } from "../../internal/warn-once.js";

/** Warns once if a session was stored, but its cookie is not sent because the request is not secure. */
export function warnIfInsecure(req: Request, proxy: boolean | undefined): void {
  if (req.session?.cookie?.secure !== true || isSecure(req, proxy)) return;
  warnOnce(
    "expressSession sends no cookie: cookie.secure is true, and the request came over plain http. Behind a proxy that " +
      'terminates TLS, set app.set("trust proxy", 1). Without TLS, as in development, set cookie.secure to "auto".',
  );
}

/** True if a request is secure according to express-session. */
function isSecure(req: Request, proxy: boolean | undefined): boolean {
  if ((req.socket as { encrypted?: boolean }).encrypted) return true;
  if (proxy === false) return false;
  if (proxy !== true) return req.secure;
  return isForwardedHttps(req.headers["x-forwarded-proto"]);
}
