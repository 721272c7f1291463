import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { describe, expect, it, vi } from "vitest";
import { brokenConnections } from "./broken-connections.js";

vi.mock("ioredis", () => import("ioredis5"));

it("replaces ioredis 6 with ioredis 5", () => {
  expect(Redis).toBe(Redis5);
});

describe("ioredis 5", brokenConnections);
