import type { RedisServer } from "./redis-server.js";

/** True if the server has `SET … IFEQ`: Valkey from 8.1, Redis from 8.4. */
export async function hasSetIfEqual(server: RedisServer): Promise<boolean> {
  try {
    await server.command("SET", "has-set-if-equal", "a", "IFEQ", "b");
    return true;
  } catch (error) {
    if (String(error).includes("syntax error")) return false;
    throw error;
  }
}
