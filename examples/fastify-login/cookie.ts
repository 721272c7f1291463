export const COOKIE_NAME = "sessionId";

const HOUR_MS = 60 * 60 * 1000;

/**
 * What goes with the session id to the browser. `SameSite=None` lets a front end on another site send the
 * cookie along; browsers take it only together with `Secure`.
 */
export function cookieOptions(production: boolean) {
  return {
    path: "/",
    maxAge: HOUR_MS,
    httpOnly: true,
    secure: production,
    sameSite: production ? ("none" as const) : ("lax" as const),
  };
}

export type CookieOptions = ReturnType<typeof cookieOptions>;
