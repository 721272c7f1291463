import { MemoryStore, createSessions } from "sessionary";
import type { AdapterHandler, AdapterSession, AdapterUnderTest } from "sessionary/conformance";
import { describe, expect, it } from "vitest";
import { listen } from "../../support/listen.js";
import { adapterFailures } from "../collect.js";

const CASE = ["A sign-in gives"];

describe("a failure of adapterConformance", () => {
  it("says what the session of the app threw, and has it as its cause", async () => {
    const broken = new TypeError("this set is broken");
    const set = () => {
      throw broken;
    };
    const error = await failureOf((handle) => (path, session) => handle(path, { ...session, set }));
    expect(error.message).toBe("the status of a request is 500 and not 200: TypeError: this set is broken");
    expect(error.cause).toBe(broken);
  });

  it("names a path that is none of the suite's", async () => {
    const error = await failureOf((handle) => (path, session) => handle(`/app${path}`, session));
    expect(error.message).toContain(
      "the handler received the path /app/0, which is none of the suite's, such as /0",
    );
  });

  it("says which cookies the client received, if a sign-in has no effect", async () => {
    const set = () => {};
    const error = await failureOf((handle) => (path, session) => handle(path, { ...session, set }));
    expect(error.message.split("\n")[0]).toBe(
      "the request after a sign-in, sent with the cookies of its response, does not see the user (cookies received: none)",
    );
  });

  it("names the cookies that it received", async () => {
    const get = () => undefined;
    const error = await failureOf((handle) => (path, session) => handle(path, { ...session, get }));
    expect(error.message).toContain("(cookies received: sid)");
  });
});

/** Returns the error of one case, on an app whose handlers are altered. */
async function failureOf(alter: (handle: AdapterHandler) => AdapterHandler): Promise<Error> {
  const start: AdapterUnderTest["start"] = (store, handle) => {
    const sessions = createSessions<Record<string, unknown>>({ store, cookie: { name: "sid" } });
    return listen((req, res) => {
      const answer = async () => {
        const session = await sessions.get(req, res);
        const shown: AdapterSession = {
          get: (field) => session.data[field],
          set: (field, value) => void (session.data[field] = value),
          regenerate: () => session.regenerate(),
          destroy: () => session.destroy(),
        };
        res.end((await alter(handle)(req.url!, shown)).text);
      };
      answer().catch(() => res.writeHead(500).end());
    });
  };
  const failed = await adapterFailures({ name: "altered", open: () => new MemoryStore(), start }, CASE);
  expect(failed.size).toBe(1);
  return [...failed.values()][0]!;
}
