import type { NodeResponse, SendingMethods } from "./node-response.js";

/** The session of a response that is held back. */
export interface HeldSession {
  /**
   * Saves the session, if that is needed, before the headers are sent.
   * @returns the `Set-Cookie` header to send, if one is needed; without a promise if nothing is written.
   */
  commit(status: number): Promise<string | undefined> | string | undefined;
  /** Saves what changed after the headers were sent. It never rejects: a failure is an event. */
  commitLate(): Promise<unknown> | undefined;
}

type End = SendingMethods["end"];

/**
 * Returns an `end` method for a streamed response: it first saves what changed in the session since the headers were
 * sent. If the client disconnects before the end, the session is saved then.
 */
export function endAfterSave(res: NodeResponse, session: HeldSession, end: End): End {
  let saving: Promise<unknown> | undefined;
  let isSaved = false;
  const save = () => {
    isSaved = true;
    saving = session.commitLate();
  };
  res.once("close", () => isSaved || save());
  return (...args) => {
    if (!isSaved) save();
    if (saving === undefined) return end.apply(res, args);
    void saving.then(() => {
      saving = undefined;
      end.apply(res, args);
    });
    return res;
  };
}

/** Saves the session of a response that a framework streams again at its end. */
export function saveAtEnd(res: NodeResponse, session: HeldSession): void {
  const methods = res as unknown as SendingMethods;
  methods.end = endAfterSave(res, session, methods.end);
}

/** Does the same for a response that may be streamed: one that is written before it is ended. */
export function saveAtEndIfStreamed(res: NodeResponse, session: HeldSession): void {
  const methods = res as unknown as SendingMethods;
  const { write } = methods;
  methods.write = (...args) => {
    methods.write = write;
    saveAtEnd(res, session);
    return write.apply(res, args);
  };
}
