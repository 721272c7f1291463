import { LRUCache } from "lru-cache";
import { LIFETIME_MS, type SampleSession } from "../sessions.js";
import { type Done, type Held, type Peer, change, missing } from "./peer.js";

/** What one writes by hand: lru-cache with its ttl, JSON both ways, async as a store has to be. */
export function lruJsonPeer(): Peer {
  const cache = new LRUCache<string, string>({ max: 100_000, ttl: LIFETIME_MS });
  const get = async (id: string): Promise<unknown> => {
    const text = cache.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const set = async (id: string, session: SampleSession): Promise<undefined> => {
    cache.set(id, JSON.stringify(session));
  };
  const touch = async (id: string) => {
    const text = cache.get(id);
    if (text !== undefined) cache.set(id, text);
    return text !== undefined;
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
        touch(id).then((found) => done(found ? undefined : missing()), done);
      },
    },
    close: async () => cache.clear(),
  };
}
