import { IDLE_LIFETIME_MS } from "./limits.js";

/**
 * The session cookie. With `__Host-` browsers take it from this host alone, over https; a neighbour under the
 * same domain can't plant one.
 */
export function cookieOptions(production: boolean) {
  return {
    cookieName: production ? "__Host-id" : "id",
    cookie: {
      path: "/",
      maxAge: IDLE_LIFETIME_MS,
      httpOnly: true,
      secure: production,
      sameSite: "lax" as const,
    },
  };
}
