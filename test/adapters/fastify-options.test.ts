import Fastify from "fastify";
import { MemoryStore } from "sessionary";
import sessionaryFastify, { type SessionaryFastifyOptions } from "sessionary/fastify-session";
import { expect, onTestFinished, test } from "vitest";
import { SECRET } from "./support.js";

async function register(options: object): Promise<void> {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(sessionaryFastify, {
    store: new MemoryStore(),
    secret: SECRET,
    ...options,
  } as SessionaryFastifyOptions);
}

test.each([
  ["touchAfterMS", 0],
  ["onconflict", "reject"],
  ["ttl", 3],
  ["saveUninitialised", true],
  ["cookiename", "sid"],
  ["name", "sid"],
  ["resave", false],
])("the plugin has no option %s, and says which it has", async (name, value) => {
  const registered = register({ [name]: value });
  await expect(registered).rejects.toBeInstanceOf(TypeError);
  await expect(registered).rejects.toThrow(
    new RegExp(`sessionaryFastify has no option "${name}"; it accepts .*touchAfterMs.*saveUninitialized`),
  );
});

test("the plugin takes all of its own options, @fastify/session's and Fastify's", async () => {
  const all: Required<Omit<SessionaryFastifyOptions, "store" | "secret">> = {
    onConflict: "merge",
    touchAfterMs: 0,
    ttlMs: 1_000,
    algorithm: "sha512",
    cookieName: "sid",
    cookie: { secure: false },
    cookiePrefix: "s:",
    saveUninitialized: false,
    rolling: false,
    idGenerator: () => "an-id",
  };
  await register({ ...all, prefix: "/app", logLevel: "error", logSerializers: {} });
});

test.each([
  ["onConflict", { onConflict: "win" }, /onConflict must be "merge" or "overwrite" or "reject"/],
  ["store", { store: undefined }, /takes a SessionStore/],
])("the plugin refuses a wrong %s", async (_, options, message) => {
  const registered = register(options);
  await expect(registered).rejects.toBeInstanceOf(TypeError);
  await expect(registered).rejects.toThrow(message);
});
