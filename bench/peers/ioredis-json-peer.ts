import type { Redis } from "ioredis";
import { LIFETIME_MS } from "../sessions.js";
import { jsonPeer } from "./json-peer.js";
import type { Peer } from "./peer.js";

const LIFETIME_S = LIFETIME_MS / 1_000;
const keyOf = (id: string) => `sess:${id}`;

/** GET, SET EX and EXPIRE with JSON, without a store. */
export function ioredisJsonPeer(client: Redis): Peer {
  return jsonPeer({
    read: async (id) => (await client.get(keyOf(id))) ?? undefined,
    write: (id, text) => client.set(keyOf(id), text, "EX", LIFETIME_S),
    extend: async (id) => (await client.expire(keyOf(id), LIFETIME_S)) === 1,
    close: async () => client.disconnect(),
  });
}
