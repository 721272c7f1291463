import { startRedis } from "../../support/redis-server.js";
import { startTlsRedis } from "../../support/tls-redis.js";
import { PASSWORD } from "./server-faults.js";

const AUTH = `shop:${PASSWORD}`;

/** Runs a task with URLs, each with a password, with which no store can connect. */
export async function withBrokenUrls(run: (urls: string[]) => Promise<void>): Promise<void> {
  const plain = await startRedis();
  const { server: encrypted, tlsPort } = await startTlsRedis();
  await plain.command("ACL", "SETUSER", "shop", "on", `>${PASSWORD}`, "~*", "+@all");
  try {
    await run([
      `redis://${AUTH}@127.0.0.1:1`,
      `redis://${AUTH}@no-such-host.invalid`,
      `redis://${AUTH}x@127.0.0.1:${plain.port}`,
      `redis://${AUTH}@127.0.0.1:${plain.port}/99`,
      `rediss://${AUTH}@127.0.0.1:${plain.port}`,
      `redis://${AUTH}@127.0.0.1:${tlsPort}`,
      `rediss://${AUTH}@127.0.0.1:${tlsPort}`,
      `redis+cluster://${AUTH}@127.0.0.1:${plain.port}`,
      `redis+cluster://${AUTH}x@127.0.0.1:${plain.port}`,
      `redis+cluster://${AUTH}@127.0.0.1:1`,
      `redis+sentinel://${AUTH}@127.0.0.1:${plain.port}/group`,
      `redis+sentinel://${AUTH}@127.0.0.1:1/group`,
      `unix://${AUTH}@/no/such/redis.sock`,
    ]);
  } finally {
    await Promise.all([plain.close(), encrypted.close()]);
  }
}
