import type { Redis } from "ioredis";
import { LIFETIME_MS, type SampleSession } from "../sessions.js";
import { type Done, type Held, type Peer, change, missing } from "./peer.js";

const LIFETIME_S = LIFETIME_MS / 1_000;
const keyOf = (id: string) => `sess:${id}`;

/** What one writes by hand: GET and JSON.parse, SET EX and JSON.stringify, EXPIRE. No store at all. */
export function ioredisJsonPeer(client: Redis): Peer {
  const get = async (id: string): Promise<unknown> => {
    const text = await client.get(keyOf(id));
    return text === null ? undefined : JSON.parse(text);
  };
  const set = async (id: string, session: SampleSession): Promise<undefined> => {
    await client.set(keyOf(id), JSON.stringify(session), "EX", LIFETIME_S);
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
        client.expire(keyOf(id), LIFETIME_S).then((found) => done(found === 1 ? undefined : missing()), done);
      },
    },
    close: async () => client.disconnect(),
  };
}
