import { contestCase } from "./contest-case.js";
import type { PeerName } from "../peers/index.js";

const peers: PeerName[] = [
  "sessionary-memory",
  "sessionary-memory-other",
  "memorystore",
  "express-memory",
  "lru-cache",
];
const inFlight = [1, 100];

export const memoryGet = contestCase({
  name: "memory-get",
  title: "MemoryStore get",
  operation: "get",
  peers,
  inFlight,
  promised: [{ peer: "memorystore", inFlight, ratio: 2 }],
});

export const memoryUpdate = contestCase({
  name: "memory-update",
  title: "MemoryStore update",
  operation: "update",
  peers,
  inFlight,
  promised: [{ peer: "memorystore", inFlight, ratio: 1.2 }],
});

export const memoryTouch = contestCase({
  name: "memory-touch",
  title: "MemoryStore touch",
  operation: "touch",
  peers,
  inFlight,
  promised: [{ peer: "memorystore", inFlight, ratio: 10 }],
});
