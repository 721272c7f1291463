import { describe } from "vitest";
import { brokenConnections } from "./broken-connections.js";

describe("ioredis 6", brokenConnections);
