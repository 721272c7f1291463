import session from "express-session";
import type { IncomingMessage, ServerResponse } from "node:http";
import { MemoryStore, type SessionStore, createSessions } from "sessionary";
import type { AdapterHandler, AdapterUnderTest } from "sessionary/conformance";
import { expressSession, expressStore } from "sessionary/express-session";
import { wrapped } from "../../adapters/wrapped-store.js";
import { listen } from "../../support/listen.js";
import { serveExpress } from "./apps.js";

/** An adapter with a single fault. */
export interface AdapterMutant {
  name: string;
  /** Beginnings of the titles of cases that it must fail. */
  breaks: string[];
  start: AdapterUnderTest["start"];
}

const secret = "a secret of the tests, 32 characters or more";

/** `expressSession` over a store that is altered. */
const over =
  (alter: (store: SessionStore) => Partial<SessionStore>): AdapterUnderTest["start"] =>
  (store, handle) =>
    serveExpress(expressSession({ store: wrapped(store, alter(store)), secret }), handle);

/** `createSessions`, by which `regenerate` ends one session and starts another. */
function withNaiveRegenerate(store: SessionStore, handle: AdapterHandler) {
  const sessions = createSessions<Record<string, unknown>>({ store });
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const session = await sessions.get(req, res);
    const destroy = () => session.destroy();
    const { text } = await handle(req.url!, {
      get: (field) => session.data[field],
      set: (field, value) => void (session.data[field] = value),
      regenerate: destroy,
      destroy,
    });
    res.end(text);
  };
  return listen((req, res) => void answer(req, res));
}

export const ADAPTER_MUTANTS: AdapterMutant[] = [
  {
    name: "an update creates a session that is gone",
    breaks: [
      "A request that ends after a sign-out does",
      "A request that ends after a sign-out on all devices",
      "A save that reaches the store after",
      "A request that ends after a sign-in",
    ],
    start: over((store) => ({
      update: async (id, entry, options) =>
        (await store.update(id, entry, options)) ?? store.create(id, entry).catch(() => undefined),
    })),
  },
  {
    name: "an unknown id opens an empty session",
    breaks: ["An id whose session was ended"],
    start: over((store) => ({
      get: async (id) =>
        (await store.get(id)) ?? { data: { cookie: {} }, version: "none", expiresAt: Date.now() + 60_000 },
      update: async (id, entry) => (await store.update(id, entry)) ?? store.create(id, entry),
    })),
  },
  {
    name: "a save writes all fields",
    breaks: [
      "Parallel requests that set different fields",
      "Parallel requests that set different keys",
      "A longer lifetime",
      "A shorter lifetime",
    ],
    start: (store, handle) =>
      serveExpress(expressSession({ store, secret, onConflict: "overwrite" }), handle),
  },
  {
    name: "a request that changes nothing saves all fields",
    breaks: ["A request that changes nothing"],
    start: (_store, handle) =>
      serveExpress(
        session({ store: new session.MemoryStore(), secret, resave: true, saveUninitialized: false }),
        handle,
      ),
  },
  {
    name: "regenerate keeps the id",
    breaks: ["A sign-in gives the session a new id"],
    start: (store, handle) =>
      serveExpress(expressSession({ store, secret }), (path, live) =>
        handle(path, { ...live, regenerate: async () => {} }),
      ),
  },
  {
    name: "regenerate starts a session that knows nothing of the one before",
    breaks: ["A session that was ended is not stored again"],
    start: withNaiveRegenerate,
  },
  {
    name: "a session that is gone cannot be destroyed",
    breaks: ["A sign-in takes effect even if", "Two concurrent sign-ins"],
    start: over((store) => ({
      destroy: async (id) => {
        if (!(await store.destroy(id))) throw new Error("there is no such session");
        return true;
      },
    })),
  },
  {
    name: "a session that cannot be loaded is a new one",
    breaks: ["If a session cannot be loaded"],
    start: over((store) => ({ get: (id) => store.get(id).catch(() => undefined) })),
  },
  {
    name: "a failed save is a success",
    breaks: ["If a new session cannot be saved", "If a change cannot be saved"],
    start: over((store) => ({
      create: (id, entry, options) => store.create(id, entry, options).catch(() => "version"),
      update: (id, entry, options) => store.update(id, entry, options).catch(() => "version"),
    })),
  },
  {
    name: "a failed sign-out is a success",
    breaks: ["If a sign-out fails"],
    start: over((store) => ({ destroy: (id) => store.destroy(id).catch(() => true) })),
  },
  {
    name: "headers are sent before the session is saved",
    breaks: ["A redirect is not sent", "If a new session cannot be saved", "If a change cannot be saved"],
    start: (store, handle) => {
      const options = { store: expressStore(store), secret, resave: false, saveUninitialized: false };
      return serveExpress(session(options), handle);
    },
  },
];

export function mutantSubject({ name, start }: AdapterMutant): AdapterUnderTest {
  return { name, open: () => new MemoryStore(), start };
}
