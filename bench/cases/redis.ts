import { contestCase } from "./contest-case.js";

const inFlight = [1, 10, 100, 500];
const many = [100, 500];

/** Reads give data, real expiry and version; peers give data alone. */
export const redisGet = contestCase({
  name: "get",
  title: "Redis get",
  operation: "get",
  peers: [
    "sessionary",
    "sessionary-version",
    "sessionary-node-redis",
    "sessionary-other",
    "connect-redis10",
    "connect-redis8",
    "ioredis",
  ],
  inFlight,
  promised: [
    { peer: "connect-redis10", inFlight: many, ratio: 2.5 },
    { peer: "connect-redis8", inFlight: many, ratio: 1.3 },
    { peer: "ioredis", inFlight: many, ratio: 1 },
    { peer: "ioredis", inFlight: [1, 10], ratio: 0.9 },
  ],
  plot: "redis-get",
});

/** Peers have no compare-and-set: their plain write stands beside ours. */
export const redisUpdateIfVersion = contestCase({
  name: "update-if-version",
  title: "Redis update with ifVersion",
  operation: "updateIfVersion",
  peers: [
    "sessionary",
    "sessionary-node-redis",
    "sessionary-other",
    "connect-redis10",
    "connect-redis8",
    "ioredis",
  ],
  inFlight,
  promised: [{ peer: "connect-redis10", inFlight: [100], ratio: 1.3 }],
});

export const redisUpdate = contestCase({
  name: "update",
  title: "Redis update without ifVersion",
  operation: "update",
  peers: [
    "sessionary",
    "sessionary-node-redis",
    "sessionary-other",
    "connect-redis10",
    "connect-redis8",
    "ioredis",
  ],
  inFlight,
  promised: [{ peer: "connect-redis8", inFlight: [100], ratio: 1 }],
});

export const redisTouch = contestCase({
  name: "touch",
  title: "Redis touch",
  operation: "touch",
  peers: [
    "sessionary",
    "sessionary-node-redis",
    "sessionary-other",
    "connect-redis10",
    "connect-redis8",
    "ioredis",
  ],
  inFlight,
  promised: [{ peer: "connect-redis10", inFlight: [100], ratio: 3 }],
});
