import type { IoredisClient } from "./open-ioredis.js";

/** Commands that Redis answers when something happens. It answers no later command of the connection before. */
const BLOCKING = /^(b[lr]pop|brpoplpush|bl?mpop|blmove|bzm?pop|wait)/;
/** Commands that wait with the word BLOCK. */
const READS_STREAM = /^xread/;

/** Commands that a connection of ioredis has sent, the oldest first. */
interface Connection {
  commandQueue: { peekFront(): { command: SentCommand } | undefined };
}

interface SentCommand {
  name: string;
  args: readonly unknown[];
}

/** Returns the name of a blocking command that a client waits for, or of one of a Cluster's nodes. */
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
