import type { Case } from "../bench.js";
import { churnMemory, churnRedis } from "./churn.js";
import { HTTP_CASES } from "./http.js";
import { importCost } from "./import.js";
import { memoryBytes } from "./memory-bytes.js";
import { memoryGet, memoryTouch, memoryUpdate } from "./memory.js";
import { million } from "./million.js";
import { redisGet, redisTouch, redisUpdate, redisUpdateIfVersion } from "./redis.js";

/** In the order in which they run and are reported. */
export const CASES: readonly Case[] = [
  redisGet,
  redisUpdateIfVersion,
  redisUpdate,
  redisTouch,
  memoryGet,
  memoryUpdate,
  memoryTouch,
  memoryBytes,
  million,
  ...HTTP_CASES,
  importCost,
  churnMemory,
  churnRedis,
];
