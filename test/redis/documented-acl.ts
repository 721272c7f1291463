import { MarkdownPage } from "../support/markdown.js";
import type { RedisServer } from "../support/redis-server.js";

/** Returns the rules of the Redis user in docs/security.md, as `ACL SETUSER` takes them. */
export function documentedRules(): string[] {
  const page = new MarkdownPage("docs/security.md");
  const sample = page.samples().find((code) => code.startsWith("ACL SETUSER app "));
  if (sample === undefined) throw new Error("docs/security.md has no sample of ACL SETUSER");
  return sample.split(" ").slice(3);
}

/** Creates that Redis user, without some of its rules and with others. @returns its credentials for a URL. */
export async function createDocumentedUser(
  server: RedisServer,
  { without = [], and = [] }: { without?: string[]; and?: string[] } = {},
): Promise<string> {
  const rules = documentedRules().filter((rule) => !without.includes(rule));
  await server.command("ACL", "SETUSER", "app", ...rules, ...and);
  await server.command("ACL", "LOG", "RESET");
  return "app:password";
}

/** Returns which commands and keys the server has refused since the user was created. */
export async function refused(server: RedisServer): Promise<string[]> {
  const entries = (await server.command("ACL", "LOG")) as (string | number)[][] | Record<string, string>[];
  return entries.map((entry) => {
    const fields = Array.isArray(entry)
      ? Object.fromEntries(
          entry.flatMap((field, i) => (i % 2 === 0 ? [[String(field), String(entry[i + 1])]] : [])),
        )
      : entry;
    return `${fields.reason}: ${fields.object}`;
  });
}
