// What the servers of this folder share: the sessions, a page, signing in, and the answer to an error.
import { type Session, createSessions } from "sessionary";

interface AppSession {
  user?: string;
  visits?: number;
}

export const sessions = createSessions<AppSession>({
  store: process.env.SESSION_STORE ?? "memory:", // or redis://user:password@host:6379/0
  idleTimeoutMs: 30 * 60_000,
});

export const HTML = { "content-type": "text/html; charset=utf-8" };

/** Returns the page of a session, and counts the visits of a signed-in user. */
export function showPage({ data }: Session<AppSession>): string {
  if (data.user === undefined)
    return page("/sign-in", '<label>Name <input name="name" required></label> <button>Sign in</button>');
  data.visits = (data.visits ?? 0) + 1;
  return page("/sign-out", `Hello ${data.user}, this is visit ${data.visits}. <button>Sign out</button>`);
}

/**
 * Signs a user in. A real app checks a password first.
 * @throws Error with the status 400 if the name is invalid.
 */
export async function signIn(session: Session<AppSession>, name: unknown): Promise<void> {
  if (typeof name !== "string" || !/^[\w-]{1,32}$/.test(name))
    throw refusal(400, "A name has 1 to 32 letters, digits or hyphens.");
  await session.regenerate(); // a new id, which nobody else can know
  session.data = { user: name };
}

/**
 * Reads a form of at most 4,096 characters.
 * @throws Error with the status 413 if it is longer.
 */
export async function readForm(body: AsyncIterable<Uint8Array> | null): Promise<URLSearchParams> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > 4_096) throw refusal(413, "The form is too large.");
  }
  return new URLSearchParams(text);
}

/** Returns the answer to an error: 503 with `Retry-After` if the store is unavailable. */
export function answerTo(error: unknown): { status: number; headers: Record<string, string>; text: string } {
  const { statusCode = 500, headers = {}, message } = error as Partial<StatusError>;
  const text = statusCode < 500 ? message! : "Something went wrong. Try again later.";
  return { status: statusCode, headers: { ...headers, "content-type": "text/plain; charset=utf-8" }, text };
}

/** Closes the server and the sessions with Ctrl-C or SIGTERM. */
export function run(url: string, closeServer: () => Promise<unknown>): void {
  console.log(`Listening at ${url}. Ctrl-C ends it.`);
  const close = () => void closeServer().then(() => sessions.close());
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, close);
}

interface StatusError extends Error {
  statusCode: number;
  headers: Record<string, string>;
}

/** Creates an error that Express, Fastify and Koa answer with a status. */
function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode, status: statusCode, expose: true });
}

function page(action: string, content: string): string {
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>any-server</title></head>
  <body><main><form method="post" action="${action}">${content}</form></main></body>
</html>
`;
}
