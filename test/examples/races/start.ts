import { onTestFinished } from "vitest";
import { readSettings } from "../../../examples/fastify-login/settings.js";
import { startDemo } from "../../../examples/races/demo-server.js";
import { type RedisServer, startRedis } from "../../support/redis-server.js";

export type StoreName = "memory" | "Redis";

export let redis: RedisServer;

export async function openRedis(): Promise<void> {
  redis = await startRedis({ args: ["--requirepass", "1234"] });
}

export const closeRedis = () => redis.close();

/** Starts the demo on a store. It ends with the test. @returns its URL. */
export async function startRaces(store: StoreName = "memory", { stepMs = 1 } = {}): Promise<string> {
  const SESSION_STORE = store === "memory" ? "memory:" : `redis://default:1234@127.0.0.1:${redis.port}/0`;
  const settings = readSettings({ PORT: "0", LOG_LEVEL: "silent", SESSION_STORE });
  const server = await startDemo({ ...settings, stepMs });
  onTestFinished(() => server.close());
  return server.url;
}
