import { type Session, type SessionStore, createSessions } from "sessionary";
import type { AdapterSession, AdapterUnderTest } from "sessionary/conformance";
import { type Data, type Framework, HTTP1_FRAMEWORKS, serve } from "../../sessions/servers.js";

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

/** `createSessions` with each framework. */
export function createSessionsSubjects(open: () => SessionStore): AdapterUnderTest[] {
  return HTTP1_FRAMEWORKS.map((framework) => withFramework(framework, open));
}
