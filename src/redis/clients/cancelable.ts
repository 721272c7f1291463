import type { Command } from "ioredis";
import { normalizeReplies } from "./ioredis-replies.js";
import type { IoredisClient } from "./open-ioredis.js";

/** Sent in place of a canceled command, since the client still expects one reply for it. */
const PING = "*1\r\n$4\r\nPING\r\n";

/** A view of a client that knows the commands sent through it. */
export interface CancelableView {
  client: IoredisClient;
  /** Prevents commands that were not sent yet from being sent, now or after a reconnect. */
  cancel: () => void;
}

/**
 * Returns a function that creates views of a client whose commands can be canceled. ioredis keeps commands in
 * queues, and sends those without a reply again on the next connection, maybe minutes after their call was
 * reported as failed: a session that is created then may have been destroyed meanwhile.
 */
export function cancelable(client: IoredisClient): () => CancelableView {
  class View {
    readonly sent: Command[] = [];
    isCanceled = false;

    sendCommand(command: Command): unknown {
      if (!this.isCanceled) {
        this.sent.push(command);
        normalizeReplies(command);
        return client.sendCommand(command);
      }
      command.reject(new Error("canceled"));
      return command.promise;
    }
  }
  // Auto-pipelining would put commands of other callers into one pipeline with ours.
  Object.defineProperty(View.prototype, "options", {
    value: { ...client.options, enableAutoPipelining: false },
  });
  // Everything else is the client's. Done once for all views, since it takes microseconds.
  Object.setPrototypeOf(View.prototype, client);
  return () => {
    const view = new View();
    const cancel = () => {
      view.isCanceled = true;
      for (const command of view.sent) command.toWritable = () => PING;
    };
    return { client: view as unknown as IoredisClient, cancel };
  };
}
