import type { SessionEntry, SessionStore } from "sessionary";
import { SIZES, expiresAt, idOf, sampleSession } from "../sessions.js";

export type Work = () => Promise<unknown>;

const MANY = 100;
const MINUTE_MS = 60_000;

/** Moves the expiry of an entry, so that a touch with it extends the session. */
function later<E extends SessionEntry>(entry: E): E {
  entry.expiresAt += MINUTE_MS;
  return entry;
}

/** What is counted of a store of ours; each can run any number of times, and takes the same each time. */
export async function operations(store: SessionStore): Promise<Record<string, Work>> {
  const ids = Array.from({ length: MANY }, (_, n) => idOf(n));
  const entries = ids.map((_, n) => ({ data: sampleSession(n, SIZES["600 B"]), expiresAt: expiresAt() }));
  const versions = await Promise.all(ids.map((id, n) => store.create(id, entries[n]!)));
  const [id, other] = [ids[0]!, ids[1]!];
  const [entry, otherEntry] = [entries[0]!, entries[1]!];
  const added = idOf(MANY);
  return {
    get: () => store.get(id),
    "100 gets in a tick": () => Promise.all(ids.map((each) => store.get(each))),
    "update with ifVersion": async () => {
      entry.data.views = (entry.data.views + 1) % 10; // one digit: as many bytes each time
      versions[0] = (await store.update(id, entry, { ifVersion: versions[0]! })) as string;
    },
    "100 updates with ifVersion in a tick": async () => {
      const updates = ids.map((each, n) => store.update(each, entries[n]!, { ifVersion: versions[n]! }));
      (await Promise.all(updates)).forEach((version, n) => (versions[n] = version as string));
    },
    update: () => store.update(other, otherEntry),
    touch: () => store.touch(other, later(otherEntry)),
    "100 touches in a tick": () => Promise.all(ids.map((each, n) => store.touch(each, later(entries[n]!)))),
    "touch with ifVersion": () => store.touch(other, later(otherEntry), { ifVersion: versions[1]! }),
    "100 touches with ifVersion in a tick": () =>
      Promise.all(ids.map((each, n) => store.touch(each, later(entries[n]!), { ifVersion: versions[n]! }))),
    "create, then destroy": async () => {
      await store.create(added, otherEntry);
      await store.destroy(added);
    },
  };
}
