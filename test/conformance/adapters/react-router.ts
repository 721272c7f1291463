import type { SessionStore } from "sessionary";
import type { AdapterUnderTest } from "sessionary/conformance";
import { createSessionaryStorage } from "sessionary/react-router";
import { describe, it } from "vitest";
import { adapterConformance } from "sessionary/conformance";
import { routerHandler } from "../../adapters/react-router-requests.js";
import { emptyStores } from "../../adapters/stores.js";
import { serveFetch } from "../../support/fetch-server.js";

/** Runs the suite on `createSessionaryStorage`, in an app of the version of React Router that is imported. */
export function reactRouterConformance(): void {
  describe.each(["memory", "redis"] as const)("on %s", (kind) =>
    adapterConformance({ describe, it }, reactRouter(emptyStores(kind))),
  );
}

function reactRouter(open: () => SessionStore): AdapterUnderTest {
  return {
    name: "createSessionaryStorage",
    open,
    start: (store, handle) => {
      const storage = createSessionaryStorage(store);
      const respond = routerHandler(async (request) => {
        let session = await storage.getSession(request.headers.get("cookie"));
        let options = {};
        let setCookie: string | undefined;
        const { text, location } = await handle(new URL(request.url).pathname, {
          get: (field) => session.get(field),
          set: (field, value) => session.set(field, value),
          regenerate: async () => void (session = await storage.regenerateSession(session)),
          destroy: async () => void (setCookie = await storage.destroySession(session)),
          setLifetime: (lifetimeMs) => void (options = { maxAge: lifetimeMs / 1_000 }),
        });
        setCookie ??= await storage.commitSession(session, options);
        const headers = { "set-cookie": setCookie, ...(location !== undefined && { location }) };
        return new Response(text, { status: location === undefined ? 200 : 302, headers });
      });
      return serveFetch(respond);
    },
  };
}
