import { expect, it } from "vitest";
import { compileErrors } from "../docs/compile.js";

const IMPORTS = `
  import { MemoryStore, createStore, type SessionStore } from "sessionary";
  import { RedisStore } from "sessionary/redis";
  import { expressStore } from "sessionary/express-session";
  import { fastifyStore } from "sessionary/fastify-session";
  interface AppSession { userId?: string; visits?: number }
`;

const SOURCES = {
  "interface.mts": `${IMPORTS}
    const store = createStore<AppSession>({ url: "memory:", userIdOf: (data) => data.userId });
    const visits: number | undefined = (await store.get("id"))?.data.visits;
    export const stores: SessionStore<AppSession>[] = [
      store,
      new MemoryStore<AppSession>(),
      new RedisStore<AppSession>({ url: "redis://localhost" }),
      createStore<AppSession>("redis://localhost", { userIdOf: (data) => data.userId }),
      createStore<AppSession>("mine:", { schemes: { mine: () => new MemoryStore<AppSession>() } }),
    ];
    export const adapters = [expressStore(store), fastifyStore(store)];`,
  "untyped.mts": `${IMPORTS}
    export const stores = [
      createStore({ url: "memory:", userIdOf: (data) => data.userId }),
      createStore("memory:", { userIdOf: (data) => data.userId }),
      createStore("redis://localhost", { userIdOf: (data) => data.userId }),
    ];`,
  "wrong-field.mts": `${IMPORTS}
    createStore<AppSession>({ url: "memory:", userIdOf: (data) => data.name });
    export {};`,
  "wrong-type.mts": `${IMPORTS}
    await new MemoryStore<AppSession>().create("id", { data: { visits: "1" }, expiresAt: 0 });
    export {};`,
};

const errors = compileErrors(SOURCES);

function errorsOf(name: keyof typeof SOURCES): string[] {
  return errors.filter((error) => error.startsWith(name));
}

it("compiles sessions that are typed by an interface", () => {
  expect(errorsOf("interface.mts")).toEqual([]);
});

it("compiles a userIdOf without a type of the session data", () => {
  expect(errorsOf("untyped.mts")).toEqual([]);
});

it("names the interface when userIdOf reads an unknown field", () => {
  expect(errorsOf("wrong-field.mts")[0]).toContain("Property 'name' does not exist on type 'AppSession'");
});

it("names both types when a field has the wrong one", () => {
  expect(errorsOf("wrong-type.mts")).toEqual([
    expect.stringContaining("'string' is not assignable to type 'number'"),
  ]);
});
