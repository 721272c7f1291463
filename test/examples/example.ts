import { createHmac } from "node:crypto";
import { onTestFinished, vi } from "vitest";
import type { RunningServer } from "../../examples/fastify-login/server.js";
import { readSettings, type Settings } from "../../examples/fastify-login/settings.js";
import { Visitor } from "./visitor.js";

export const SECRET = "a secret of the tests, 32 characters or more";

/** What tells one example from another. */
export interface Example {
  startServer: (settings: Settings) => Promise<RunningServer>;
  /** What its framework puts before the id in the cookie. */
  cookiePrefix: string;
}

/** Starts an example on a free port with these environment variables; it ends with the test. */
export async function start(example: Example, env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  for (const method of ["warn", "error"] as const) vi.spyOn(console, method).mockReturnValue();
  const server = await example.startServer(
    readSettings({ PORT: "0", LOG_LEVEL: "silent", SESSION_SECRET: SECRET, ...env }),
  );
  onTestFinished(async () => {
    await server.close();
    vi.restoreAllMocks();
  });
  return server;
}

/** Starts an example and comes to it as somebody who was never there. */
export async function visit(
  example: Example,
  env?: NodeJS.ProcessEnv,
  headers?: Record<string, string>,
): Promise<{ server: RunningServer; visitor: Visitor }> {
  const server = await start(example, env);
  return { server, visitor: new Visitor(server.url, headers) };
}

/** The cookie that holds this session's id, signed, and nothing else. */
export function signedCookie({ cookiePrefix }: Example, id: string): string {
  const signature = createHmac("sha256", SECRET).update(id).digest("base64").replace(/=+$/, "");
  return `${cookiePrefix}${id}.${signature}`;
}
