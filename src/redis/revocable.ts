import type { Command } from "ioredis";
import type { RedisClient } from "./client.js";

/** What goes out in place of a revoked command: the client still expects one reply to it. */
const PING = "*1\r\n$4\r\nPING\r\n";

/** A client for the commands of one call. */
export interface RevocableClient {
  client: RedisClient;
  /** What has not been sent by now never is, nor sent again. */
  revoke: () => void;
}

/**
 * Makes views of a client whose commands can be taken back. ioredis keeps commands in queues, and sends
 * those without a reply again on the next connection, maybe minutes after their call was reported as
 * failed: a session that is created then may have been destroyed meanwhile.
 */
export function revocable(client: RedisClient): () => RevocableClient {
  class View {
    readonly sent: Command[] = [];
    isRevoked = false;

    sendCommand(command: Command): unknown {
      if (!this.isRevoked) {
        this.sent.push(command);
        return client.sendCommand(command);
      }
      command.reject(new Error("too late"));
      return command.promise;
    }
  }
  // Auto-pipelining would put commands of other callers into one pipeline with ours.
  Object.defineProperty(View.prototype, "options", {
    value: { ...client.options, enableAutoPipelining: false },
  });
  // All else is the client's. Once for all views: to make an object over a client takes microseconds.
  Object.setPrototypeOf(View.prototype, client);
  return () => {
    const view = new View();
    const revoke = () => {
      view.isRevoked = true;
      for (const command of view.sent) command.toWritable = () => PING;
    };
    return { client: view as unknown as RedisClient, revoke };
  };
}
