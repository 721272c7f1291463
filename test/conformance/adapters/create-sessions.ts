import { type Session, type SessionStore, createSessions } from "sessionary";
import type { AdapterSession, AdapterUnderTest } from "sessionary/conformance";
import { type Data, FRAMEWORKS, type Framework, serve } from "../../sessions/servers.js";
import { serveFetch } from "../../support/fetch-server.js";

const without = { lifetimes: "createSessions has one idle timeout for all sessions" };

function handlerSession(session: Session<Data>): AdapterSession {
  return {
    get: (field) => session.data[field],
    set: (field, value) => void (session.data[field] = value),
    regenerate: () => session.regenerate(),
    destroy: () => session.destroy(),
  };
}

/** `createSessions` with a framework. */
function withFramework(framework: Framework, open: () => SessionStore): AdapterUnderTest {
  return {
    name: `createSessions with ${framework}`,
    open,
    without,
    start: async (store, handle) => {
      const server = await serve(framework, createSessions<Data>({ store }));
      server.everyRequest = async (visit) => {
        const { text, location } = await handle(visit.path, handlerSession(await visit.session()));
        return location === undefined ? { text } : { redirect: location };
      };
      // The server ends with the test.
      return { url: server.origin, close: () => {} };
    },
  };
}

/** `createSessions` with a handler of the Fetch API. */
function withFetch(open: () => SessionStore): AdapterUnderTest {
  return {
    name: "createSessions with the Fetch API",
    open,
    without,
    start: (store, handle) => {
      const sessions = createSessions<Data>({ store });
      const answer = sessions.handler(async (request) => {
        const session = handlerSession(await sessions.get(request));
        const { text, location } = await handle(new URL(request.url).pathname, session);
        return location === undefined
          ? new Response(text)
          : new Response(null, { status: 302, headers: { location } });
      });
      // A server answers what its handler throws.
      return serveFetch((request) => answer(request).catch(() => new Response("error", { status: 500 })));
    },
  };
}

/** `createSessions` with each framework. */
export function createSessionsSubjects(open: () => SessionStore): AdapterUnderTest[] {
  return [...FRAMEWORKS.map((framework) => withFramework(framework, open)), withFetch(open)];
}
