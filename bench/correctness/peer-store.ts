import type { SessionEntry, SessionStore } from "sessionary";

type Done = (error?: unknown, value?: unknown) => void;

/** The methods of a store that express-session and @fastify/session call. */
export interface PeerStore {
  get(id: string, done: Done): unknown;
  set(id: string, session: never, done: Done): unknown;
  destroy(id: string, done: Done): unknown;
  touch?(id: string, session: never, done: Done): unknown;
}

/** Lets the calls of another package's store wait and fail as those of the suite's store do. */
export function gated<S extends PeerStore>(peer: S, suite: SessionStore): S {
  const entry: SessionEntry = { data: {}, expiresAt: Date.now() };
  const methods: PeerStore = {
    get: (id, done) => suite.get(id).then(() => peer.get(id, done), done),
    set: (id, session, done) => suite.update(id, entry).then(() => peer.set(id, session, done), done),
    destroy: (id, done) => suite.destroy(id).then(() => peer.destroy(id, done), done),
  };
  if (peer.touch !== undefined)
    methods.touch = (id, session, done) =>
      suite.touch(id, entry).then(() => peer.touch!(id, session, done), done);
  return Object.assign(Object.create(peer) as S, methods);
}

/** Where another package's store keeps its sessions. */
export interface PeerSessions {
  keys: () => Promise<string[]>;
  /** Returns the end of the session under a key, in epoch milliseconds. */
  expiryOf: (key: string) => Promise<number>;
  clear: () => Promise<unknown>;
}

/** Returns what the suite opens for another package's store: it reads expiries and ends all sessions. */
export function viewOf({ keys, expiryOf, clear }: PeerSessions): SessionStore {
  return {
    get: async (key) => ({ data: {}, version: "", expiresAt: await expiryOf(key) }),
    create: async () => "",
    update: async () => "",
    touch: async () => true,
    destroy: async () => true,
    ids: async function* () {
      yield* await keys();
    },
    count: async () => (await keys()).length,
    clear: async () => void (await clear()),
    close: async () => void (await clear()),
  };
}
