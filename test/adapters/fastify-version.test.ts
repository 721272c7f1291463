import Fastify, { type FastifyRequest } from "fastify";
import { createRequire } from "node:module";
import { MemoryStore } from "sessionary";
import sessionaryFastify from "sessionary/fastify-session";
import { expect, onTestFinished, test, vi } from "vitest";
import { SECRET } from "./support.js";
import { spied } from "./wrapped-store.js";

type Session = FastifyRequest["session"];
type Done = (error?: unknown) => void;
interface Store {
  set(id: string, session: Session, done: Done): void;
}

const require = createRequire(import.meta.url);
const SessionClass = require("@fastify/session/lib/session.js") as new (...args: unknown[]) => Session;

/** As @fastify/session has it up to 11.1.2. */
function regenerateOf11_1_2(this: Session, done: Done): void {
  const own = (name: string): unknown => {
    const key = Object.getOwnPropertySymbols(this).find(({ description }) => description === name);
    return Reflect.get(this, key!);
  };
  const parts = ["sessionStore", "request", "generateId", "cookieOpts", "cookieSignerKey"].map(own);
  const session = new SessionClass(...parts);
  (own("sessionStore") as Store).set(session.sessionId, session, (error) => {
    (own("request") as { session: Session }).session = session;
    done(error);
  });
}

test("the plugin refuses a @fastify/session whose regenerate leaves the old session alive", async () => {
  const prototype = SessionClass.prototype as { regenerate: (done: Done) => void };
  vi.spyOn(prototype, "regenerate").mockImplementation(regenerateOf11_1_2);
  onTestFinished(() => void vi.restoreAllMocks());
  const app = Fastify();
  const register = async () => {
    await app.register(sessionaryFastify, { store: new MemoryStore(), secret: SECRET });
  };
  await expect(register()).rejects.toThrow(/requires @fastify\/session 11\.1\.3 or later of 11\.x/);
});

test("to see that it does not takes no call of the store, no id and no route or hook of the app", async () => {
  const { store, calls } = spied(new MemoryStore());
  const app = Fastify();
  onTestFinished(() => app.close());
  const ids: string[] = [];
  const idGenerator = () => (ids.push("an-id"), "an-id");
  await app.register(sessionaryFastify, { store, secret: SECRET, idGenerator });
  app.get("/", (request) => typeof request.session.save);
  expect((await app.inject("/")).body).toBe("function");
  expect([ids, calls()]).toEqual([["an-id"], []]);
});
