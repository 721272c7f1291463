import type { Command } from "ioredis";

/** Reply to a command that waits for the `EXEC` of a transaction. */
const QUEUED = "QUEUED";

/**
 * Message of the error for a command inside a transaction. The server has queued the command, and runs it if the
 * transaction is executed.
 */
export const IN_TRANSACTION =
  "the client is inside a transaction (MULTI): use a separate client for the store";

/**
 * Makes the reply to a command independent of the client's settings, and rejects the reply `QUEUED` of a transaction.
 */
export function normalizeReplies(command: Command): void {
  const { name, replyEncoding } = command as unknown as { name: string; replyEncoding: string | null };
  const transformReply = (reply: unknown): unknown => {
    // A session may have this text, so a GET is not checked: every read sends another command as well. No other reply
    // has it.
    if (name !== "get" && isQueued(reply)) throw new Error(IN_TRANSACTION);
    return replyEncoding === null ? reply : converted(reply);
  };
  Object.assign(command, { transformReply });
}

function isQueued(reply: unknown): boolean {
  return Buffer.isBuffer(reply) && reply.length === QUEUED.length && reply.toString() === QUEUED;
}

/** Converts buffers to strings, and the strings that `stringNumbers` returns for numbers to numbers. */
function converted(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString();
  if (typeof reply === "string") return Number(reply);
  return Array.isArray(reply) ? reply.map(converted) : reply;
}
