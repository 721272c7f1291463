import type { Cluster, Redis } from "ioredis";
import type { Place } from "./variants.js";

/** Servers of one mode, which can be taken away and given back. */
export interface Rig {
  place: Place;
  /** Past any proxy, to see and to set what is stored. Not while the servers are down. */
  raw(): Promise<Redis | Cluster>;
  /** Refuses connections, and resets the open ones. */
  down(): Promise<void>;
  /** Serves again when this resolves, with what was stored. */
  up(): Promise<void>;
  /** Freezes every server: connections stay, nothing answers. */
  freeze(): void;
  /** Serves again when this resolves. */
  thaw(): Promise<void>;
  close(): Promise<void>;
}
