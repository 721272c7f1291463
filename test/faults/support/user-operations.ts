import type { UserOptions, UserSessionStore } from "sessionary";
import { entry } from "../../users/stores.js";

export const MAX_PER_USER = 2;

/** What stores are told of users. */
export const USER_OPTIONS = {
  "no cap": {},
  "hashed ids": { hashIds: true, absoluteTimeoutMs: 86_400_000 },
  "a cap that ends the oldest": { maxPerUser: MAX_PER_USER },
  "a cap that rejects": { maxPerUser: MAX_PER_USER, onLimit: "reject" },
} satisfies Record<string, UserOptions>;
export type OptionsName = keyof typeof USER_OPTIONS;

/** Who and what an operation is on; each trial has its own. */
export interface Names {
  session: string;
  ann: string;
  bob: string;
}

export const namesOf = (trial: number): Names => ({
  session: `session-${trial}`,
  ann: `ann-${trial}`,
  bob: `bob-${trial}`,
});

/** A session that says in its data which it is, and whose. */
export const sessionOf = (id: string, user?: string, lifetimeMs?: number) =>
  entry({ id, ...(user !== undefined && { user }) }, lifetimeMs);

export interface UserOperation {
  /** What stands there beforehand: nothing, or a session of nobody, of ann, or of ann by another writer. */
  before: "nothing" | "nobody's" | "ann's" | "another writer's";
  run(store: UserSessionStore, names: Names): Promise<unknown>;
}

const PAST_MS = -1_000;

/** Whatever writes a session that has a user, or had one, or gets one. */
export const USER_OPERATIONS = {
  create: {
    before: "nothing",
    run: (store, { session, ann }) => store.create(session, sessionOf(session, ann)),
  },
  "sign in": {
    before: "nobody's",
    run: (store, { session, ann }) => store.update(session, sessionOf(session, ann)),
  },
  "sign in, if unchanged": {
    before: "nobody's",
    run: async (store, { session, ann }) => {
      const { version } = (await store.get(session))!;
      return store.update(session, sessionOf(session, ann), { ifVersion: version });
    },
  },
  "switch to bob": {
    before: "ann's",
    run: (store, { session, bob }) => store.update(session, sessionOf(session, bob)),
  },
  "sign out and keep the session": {
    before: "ann's",
    run: (store, { session }) => store.update(session, sessionOf(session)),
  },
  save: {
    before: "ann's",
    run: (store, { session, ann }) => store.update(session, sessionOf(session, ann)),
  },
  touch: {
    before: "ann's",
    run: (store, { session, ann }) => store.touch(session, sessionOf(session, ann)),
  },
  "first touch": {
    before: "another writer's",
    run: (store, { session, ann }) => store.touch(session, sessionOf(session, ann)),
  },
  "save in the past": {
    before: "ann's",
    run: (store, { session, ann }) => store.update(session, sessionOf(session, ann, PAST_MS)),
  },
  "touch into the past": {
    before: "ann's",
    run: (store, { session, ann }) => store.touch(session, sessionOf(session, ann, PAST_MS)),
  },
  destroy: { before: "ann's", run: (store, { session }) => store.destroy(session) },
  destroyByUser: { before: "ann's", run: (store, { ann }) => store.destroyByUser(ann) },
  destroyByHandle: {
    before: "ann's",
    run: async (store, { ann }) => {
      const [oldest] = await store.listByUser(ann);
      return store.destroyByHandle(ann, oldest!.handle);
    },
  },
} satisfies Record<string, UserOperation>;
export type OperationName = keyof typeof USER_OPERATIONS;
