import type { Command } from "ioredis";
import { normalizeReplies } from "./ioredis-replies.js";
import type { IoredisClient } from "./open-ioredis.js";

/** Sent in place of a canceled command, since the client still expects one reply for it. */
const PING = "*1\r\n$4\r\nPING\r\n";

/** View of a client that records the commands sent through it. */
export interface CancelableView {
  client: IoredisClient;
  /** Prevents commands that were not sent yet from being sent, now or after a reconnect. */
  cancel: () => void;
}

/**
 * Returns a function that creates views of a client, so that the commands of a view can be canceled. ioredis keeps
 * commands in queues, and sends commands without a reply again on the next connection, possibly minutes after their
 * call was reported as failed. Such a command could store a session again that was destroyed meanwhile.
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
  // Auto-pipelining would put the commands of other callers and of the store into one pipeline.
  Object.defineProperty(View.prototype, "options", {
    value: { ...client.options, enableAutoPipelining: false },
  });
  // Inherit everything else from the client. Set it once for all views, since it takes microseconds.
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
