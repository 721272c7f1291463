import { parseArgs } from "node:util";
import type { SessionStore } from "sessionary";
import type { RunningServer } from "./server.js";
import { readSettings, type Settings } from "./settings.js";

/**
 * Runs a server from the command line, until Ctrl-C or SIGTERM.
 * @param command how the usage line names it.
 */
export async function runCommand(
  command: string,
  startServer: (settings: Settings) => Promise<RunningServer>,
): Promise<void> {
  const usage = `usage: ${command} --store memory:|redis://user:password@host:port/db`;
  try {
    const { values } = parseArgs({
      options: { store: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) return console.log(usage);
    const settings = readSettings({
      ...process.env,
      ...(values.store !== undefined && { SESSION_STORE: values.store }),
    });
    const server = await startServer(settings);
    let closing: Promise<void> | undefined;
    onEnd(() => (closing ??= server.close()));
    console.log(welcome(server.url, settings.storeUrl));
    await warnIfUnavailable(server.store);
  } catch (error) {
    console.error(`${explain(error as Error)}\n${usage}`);
    process.exitCode = 1;
  }
}

/** The process then exits by itself, with nothing left open. A second Ctrl-C ends it at once. */
function onEnd(close: () => Promise<void>): void {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void close());
  // `npm run` passes a SIGTERM to its shell only. That shell may die and leave its command running, which
  // can tell by its parent alone.
  const { ppid } = process;
  const isOrphan = () => process.env.npm_lifecycle_event !== undefined && process.ppid !== ppid;
  setInterval(() => isOrphan() && void close(), 200).unref();
}

async function warnIfUnavailable(store: SessionStore): Promise<void> {
  await store.get("any-id").catch(({ code, message }: NodeJS.ErrnoException) => {
    if (code !== "ERR_STORE_UNAVAILABLE") return;
    console.error(`\n${message}. Requests with a session get 503 until it answers.`);
  });
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  return code === "EADDRINUSE" ? "PORT is taken already; PORT=0 takes a free one" : message;
}

function welcome(url: string, storeUrl: string): string {
  const curl = (path: string) => `  curl -sLw '\\n' -b $jar -c $jar ${url}${path}`;
  return `Listening at ${url} with sessions in ${withoutPassword(storeUrl)}
Open it in a browser, or paste these lines into a shell; they keep the cookie in a file:

  jar=$(mktemp)
${curl("/api/auth/info")}
${curl("/api/auth/login/ada")}
${curl("/api/auth/info")}
${curl("/api/auth/logout")}

Ctrl-C ends it.`;
}

/** A URL as it may be shown. It can name several hosts, which `URL` does not read. */
function withoutPassword(url: string): string {
  return url.replace(/(:\/\/[^:@/]*):[^@/]*@/, "$1:***@");
}
