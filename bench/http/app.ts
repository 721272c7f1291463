import { SIZES, sampleSession } from "../sessions.js";

/** A listening server: `POST /login` logs in, `GET /me` reads who is logged in. */
export interface App {
  url: string;
  close(): Promise<void>;
}

export const SECRET = "a secret that only this benchmark uses";

/** What a login puts into a session: one of 600 bytes without its cookie, which the framework adds. */
export function loginFields(n: number): Record<string, unknown> {
  const { cookie: _, ...fields } = sampleSession(n, SIZES["600 B"]);
  return fields;
}
