import type { SessionStore } from "sessionary";
import { expiresAt, type SampleSession } from "../sessions.js";
import { type Peer, change, missing } from "./peer.js";

/** A `SessionStore` of ours. */
export function sessionStorePeer(store: SessionStore, { readVersion = false } = {}): Peer {
  const entryOf = (session: SampleSession) => ({ data: session, expiresAt: expiresAt() });
  return {
    add: (id, session) => store.create(id, entryOf(session)),
    calls: {
      get: ({ id }, done) => {
        store.get(id).then((record) => {
          if (record === undefined || (readVersion && record.version === "")) done(missing());
          else done();
        }, done);
      },
      update: ({ id, session }, done) => {
        store.update(id, entryOf(change(session))).then((version) => {
          done(version === undefined ? missing() : undefined);
        }, done);
      },
      updateIfVersion: (held, done) => {
        const { id, session, version: ifVersion } = held;
        store.update(id, entryOf(change(session)), { ifVersion: ifVersion! }).then((version) => {
          if (version === undefined) return done(missing());
          held.version = version;
          done();
        }, done);
      },
      touch: ({ id, session }, done) => {
        store.touch(id, entryOf(session)).then((found) => done(found ? undefined : missing()), done);
      },
    },
    close: () => store.close(),
  };
}
