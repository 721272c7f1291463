import type { SampleSession } from "../sessions.js";
import { type Done, type Held, type Peer, change, missing } from "./peer.js";

/** Where the texts are. Each call is what one writes by hand. */
interface Texts {
  read: (id: string) => Promise<string | undefined>;
  write: (id: string, text: string) => Promise<unknown>;
  /** Extends the expiry of a text. @returns false if it is missing. */
  extend: (id: string) => Promise<boolean>;
  close: () => Promise<void>;
}

/** Reads with JSON.parse and writes with JSON.stringify, without a store. */
export function jsonPeer({ read, write, extend, close }: Texts): Peer {
  const get = async (id: string): Promise<unknown> => {
    const text = await read(id);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const set = async (id: string, session: SampleSession): Promise<undefined> => {
    await write(id, JSON.stringify(session));
  };
  const update = ({ id, session }: Held, done: Done) => {
    set(id, change(session)).then(() => done(), done);
  };
  return {
    add: set,
    calls: {
      get: ({ id }, done) => {
        get(id).then((found) => done(found === undefined ? missing() : undefined), done);
      },
      update,
      updateIfVersion: update,
      touch: ({ id }, done) => {
        extend(id).then((found) => done(found ? undefined : missing()), done);
      },
    },
    close,
  };
}
