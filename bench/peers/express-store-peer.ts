import type session from "express-session";
import type { SampleSession } from "../sessions.js";
import { type Done, type Held, type Peer, change, missing } from "./peer.js";

const asData = (session: SampleSession) => session as unknown as session.SessionData;

/** A store for express-session. It has no compare-and-set: there its plain `set` stands beside ours. */
export function expressStorePeer(store: session.Store, close: () => Promise<void> = async () => {}): Peer {
  const set = ({ id, session }: Held, done: Done) => store.set(id, asData(change(session)), done);
  return {
    add: (id, session) =>
      new Promise((resolve, reject) => {
        store.set(id, asData(session), (error) => (error ? reject(error as Error) : resolve(undefined)));
      }),
    calls: {
      get: ({ id }, done) => {
        store.get(id, (error: unknown, found) => done(error ?? (found ? undefined : missing())));
      },
      update: set,
      updateIfVersion: set,
      touch: ({ id, session }, done) => {
        store.touch!(id, asData(session), done);
      },
    },
    close,
  };
}
