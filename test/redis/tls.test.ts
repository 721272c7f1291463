import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import * as ioredis from "ioredis";
import { openIoredis } from "../../src/redis/clients/open-ioredis.js";
import { parseRedisUrl } from "../../src/redis/url.js";

/** The first byte of a TLS handshake (RFC 8446, section 5.1); a Redis command begins with `*`. */
const HANDSHAKE = 0x16;

/** What clients say first to a server at a URL's host. */
async function firstBytes(urlOf: (host: string) => string, connections: number) {
  const first: (number | undefined)[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (chunk) => (first.push(chunk[0]), socket.destroy()));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = urlOf(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = openIoredis(ioredis, parseRedisUrl(url).address, 1_000);
  client.on("error", () => {});
  onTestFinished(() => {
    client.disconnect();
    server.close();
  });
  await expect.poll(() => first.length).toBeGreaterThanOrEqual(connections);
  return { client, first: first.slice(0, connections) };
}

it.each([
  ["a single Redis", (host: string) => `rediss://:secret@${host}`, 1],
  ["a Cluster's nodes", (host: string) => `rediss+cluster://:secret@${host}`, 1],
  // ... one to ask for the master, and one to hear of the next.
  ["Sentinels", (host: string) => `rediss+sentinel://:secret@${host}/group`, 2],
])("rediss speaks TLS to %s from the first byte on", async (_, urlOf, connections) => {
  const { first } = await firstBytes(urlOf, connections);
  expect(first).toEqual(Array(connections).fill(HANDSHAKE));
});

it("rediss+sentinel has TLS to the master, too, which ioredis leaves off unless it is told", async () => {
  const { client } = await firstBytes((host) => `rediss+sentinel://:secret@${host}/group`, 1);
  expect(client.options).toMatchObject({ tls: {}, enableTLSForSentinelMode: true });
});
