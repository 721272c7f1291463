import { LRUCache } from "lru-cache";
import { LIFETIME_MS } from "../sessions.js";
import { jsonPeer } from "./json-peer.js";
import type { Peer } from "./peer.js";

/** lru-cache with its ttl, and JSON, with promises as a store has them. */
export function lruJsonPeer(): Peer {
  const cache = new LRUCache<string, string>({ max: 100_000, ttl: LIFETIME_MS });
  return jsonPeer({
    read: async (id) => cache.get(id),
    write: async (id, text) => cache.set(id, text),
    extend: async (id) => {
      const text = cache.get(id);
      if (text !== undefined) cache.set(id, text);
      return text !== undefined;
    },
    close: async () => cache.clear(),
  });
}
