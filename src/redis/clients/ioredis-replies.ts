import type { Command } from "ioredis";

/** Reply to a command that waits for the `EXEC` of a transaction. */
const QUEUED = "QUEUED";

/** Message of a rejected command. The server has queued it, and runs it if the transaction is executed. */
export const IN_TRANSACTION =
  "the client is inside a transaction (MULTI): give the store a client of its own";

/** Makes the replies to a command independent of the client's settings, and refuses that of a transaction. */
export function normalizeReplies(command: Command): void {
  const { name, replyEncoding } = command as unknown as { name: string; replyEncoding: string | null };
  const transformReply = (reply: unknown): unknown => {
    // A session may hold this text, the reply to another command never does. A read sends more than a GET.
    if (name !== "get" && isQueued(reply)) throw new Error(IN_TRANSACTION);
    return replyEncoding === null ? reply : converted(reply);
  };
  Object.assign(command, { transformReply });
}

function isQueued(reply: unknown): boolean {
  return Buffer.isBuffer(reply) && reply.length === QUEUED.length && reply.toString() === QUEUED;
}

/** Returns a reply as the parser gives it with strings and numbers: with `stringNumbers`, numbers are strings. */
function converted(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString();
  if (typeof reply === "string") return Number(reply);
  return Array.isArray(reply) ? reply.map(converted) : reply;
}
