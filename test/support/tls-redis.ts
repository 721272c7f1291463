import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.js";
import { startRedis, type RedisServer } from "./redis-server.js";

const pathOf = (name: string) => fileURLToPath(new URL(`./tls/${name}`, import.meta.url));

/** Self-signed certificate of the servers that `startTlsRedis` starts, for localhost and 127.0.0.1. */
export const CERTIFICATE = readFileSync(pathOf("cert.pem"), "utf8");

/** Starts a redis-server that speaks TLS on `tlsPort`, and plain text on its own port for the test itself. */
export async function startTlsRedis(): Promise<{ server: RedisServer; tlsPort: number }> {
  const tlsPort = await freePort();
  const server = await startRedis({
    config: [
      `tls-port ${tlsPort}`,
      `tls-cert-file ${pathOf("cert.pem")}`,
      `tls-key-file ${pathOf("key.pem")}`,
      "tls-auth-clients no",
    ],
  });
  return { server, tlsPort };
}
