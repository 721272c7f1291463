import { createHash } from "node:crypto";

/** How many sessions the peers hold while they are timed; a multiple of every number of calls in flight. */
export const SESSIONS = 2_000;

/** About what a session takes as JSON: a login alone, and one with a cart and settings beside it. */
export const SIZES = { "600 B": 600, "8 KB": 8_192 } as const;
export type Size = keyof typeof SIZES;

/** A stored session, as express-session writes it. */
export interface SampleSession {
  cookie: { originalMaxAge: number; expires: string; httpOnly: boolean; path: string };
  views: number;
  [field: string]: unknown;
}

/** How long each session lives. */
export const LIFETIME_MS = 3_600_000;

/** As the frameworks make them: 32 characters without a pattern. The same for the same `n`. */
export function idOf(n: number): string {
  return createHash("sha256").update(`session ${n}`).digest().subarray(0, 24).toString("base64url");
}

/** A session whose JSON takes `bytes`, within 5 %. It differs for each `n`. */
export function sampleSession(n: number, bytes: number): SampleSession {
  const session: SampleSession = {
    cookie: {
      originalMaxAge: LIFETIME_MS,
      expires: new Date(Date.now() + LIFETIME_MS).toISOString(),
      httpOnly: true,
      path: "/",
    },
    username: `user-${n}`,
    token: createHash("sha512").update(`token ${n}`).digest("base64url"),
    authenticate: true,
    roles: ["customer", "reviewer"],
    settings: { theme: "dark", language: "en", newsletter: false, pageSize: 25 },
    lastSeenAt: 1_700_000_000_000 + n,
    views: 0,
  };
  const cart: object[] = [];
  session.cart = cart;
  const free = bytes - JSON.stringify(session).length;
  for (let taken = 0; taken < free - ITEM_BYTES / 2; taken += ITEM_BYTES) cart.push(item(n, cart.length));
  return session;
}

/** About what one item takes. */
const ITEM_BYTES = 44;

function item(n: number, place: number): object {
  return { sku: `sku-${(n * 31 + place) % 9_973}`, quantity: (n % 3) + 1, price: 19.9 };
}

export function expiresAt(): number {
  return Date.now() + LIFETIME_MS;
}
