import type { IoredisClient } from "./open-ioredis.js";

/**
 * Commands to which Redis replies only when an event occurs. Until then it replies to no later command on the
 * connection.
 */
const BLOCKING = /^(b[lr]pop|brpoplpush|bl?mpop|blmove|bzm?pop|wait)/;
/** Commands that block only with the argument BLOCK. */
const READS_STREAM = /^xread/;

/** Connection of ioredis, with the commands that it has sent, the oldest first. */
interface Connection {
  commandQueue: { peekFront(): { command: SentCommand } | undefined };
}

interface SentCommand {
  name: string;
  args: readonly unknown[];
}

/** Returns the name of a blocking command to which a client, or a node of a Cluster, waits for the reply. */
export function blockingCommand(client: IoredisClient): string | undefined {
  const connections = "nodes" in client ? client.nodes() : [client];
  const commands = connections.map(
    (each) => (each as unknown as Connection).commandQueue.peekFront()?.command,
  );
  return commands.find((command) => command && isBlocking(command))?.name.toUpperCase();
}

function isBlocking({ name, args }: SentCommand): boolean {
  const lower = name.toLowerCase();
  if (READS_STREAM.test(lower)) return args.some((arg) => String(arg).toLowerCase() === "block");
  return BLOCKING.test(lower);
}
