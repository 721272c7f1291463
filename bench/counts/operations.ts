import type { SessionStore } from "sessionary";
import { SIZES, expiresAt, idOf, sampleSession } from "../sessions.js";

export type Work = () => Promise<unknown>;

const MANY = 100;

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
    touch: () => store.touch(other, otherEntry),
    "100 touches in a tick": () => Promise.all(ids.map((each, n) => store.touch(each, entries[n]!))),
    "create, then destroy": async () => {
      await store.create(added, otherEntry);
      await store.destroy(added);
    },
  };
}
