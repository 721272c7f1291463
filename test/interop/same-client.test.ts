import { RedisStore as ConnectRedis10 } from "connect-redis10";
import { RESP_TYPES, createClient } from "redis";
import { createClient as createClient5 } from "redis5";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Browser } from "../adapters/browser.js";
import { FRAMEWORKS } from "../adapters/support.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { serveOurs, serveTheirs } from "./support.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.close());
beforeEach(() => server.command("FLUSHALL"));

const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer };
/** Clients as connect-redis 10 may have them already. */
const CLIENTS = {
  "node-redis 6": (url: string) => createClient({ url }),
  "node-redis 6 with keyPrefix": (url: string) => createClient({ url, keyPrefix: "app:" }),
  "a view of node-redis 6": (url: string) => createClient({ url }).withTypeMapping({}),
  "node-redis 5": (url: string) => createClient5({ url }) as unknown as ReturnType<typeof createClient>,
};

describe.each(FRAMEWORKS)("under %s, on the client that connect-redis 10 has", (framework) => {
  test.each(Object.entries(CLIENTS))(
    "reads its sessions and writes some that it reads: %s",
    async (_, create) => {
      const client = create(server.url);
      await client.connect();
      onTestFinished(() => client.destroy());
      const options = { maxAge: 1_800_000 };
      const theirs = await serveTheirs(framework, new ConnectRedis10({ client: client as never }), options);
      const ours = await serveOurs(framework, server, options, client.withTypeMapping(typeMapping));
      const browser = new Browser();

      const { result: id } = await browser.visit(theirs, (v) => ((v.session.name = "ann"), v.id));
      const seen = await browser.visit(ours, (v) => ((v.session.cart = ["tea"]), [v.id, v.session.name]));
      expect(seen.result).toEqual([id, "ann"]);
      const back = await browser.visit(theirs, (v) => ((v.session.visits = 2), [v.id, v.session.cart]));
      expect(back.result).toEqual([id, ["tea"]]);
      const { result } = await browser.visit(ours, (v) => [v.session.name, v.session.cart, v.session.visits]);
      expect(result).toEqual(["ann", ["tea"], 2]);
      expect(await server.command("DBSIZE")).toBe(1);
    },
  );
});
