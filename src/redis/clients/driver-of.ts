import type { Driver } from "./driver.js";
import { IoredisDriver } from "./ioredis.js";
import { type IoredisMock, IoredisMockDriver } from "./ioredis-mock.js";
import {
  ClientRoute,
  ClusterRoute,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisRoute,
  type NodeRedisSentinel,
} from "./node-redis-routes.js";
import { NodeRedisDriver } from "./node-redis.js";
import { SentinelRoute } from "./node-redis-sentinel.js";
import type { IoredisClient } from "./open-ioredis.js";

const ACCEPTED =
  "a Redis or Cluster of ioredis 5.4.1 or later, a client of iovalkey, or a createClient(), " +
  "createCluster() or createSentinel() of node-redis 5 or 6, or, for tests, a client of ioredis-mock";

/** `Redis` or `Cluster` of ioredis or iovalkey. */
export interface IoredisLike {
  readonly status: string;
  readonly options: object;
  connect(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

/** Client of node-redis: `createClient()`, `createCluster()` or `createSentinel()`. */
export interface NodeRedisLike {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
  sendCommand(...args: never[]): Promise<unknown>;
  withTypeMapping(typeMapping: never): unknown;
}

/** Client that a `RedisStore` accepts. A client of ioredis-mock has the type of ioredis. */
export type RedisClient = IoredisLike | NodeRedisLike;

/** Drivers by client. Stores with the same client share its driver and its listeners. */
const drivers = new WeakMap<object, Driver>();

/**
 * Returns the driver for a client. Recognizes a client by its properties, since it may come from any copy of its
 * library.
 * @throws TypeError if the client, or one of its settings, is not supported.
 */
export function driverOf(client: RedisClient): Driver {
  if (client === null || typeof client !== "object") throw notAccepted(client);
  // The views that `withTypeMapping` and similar methods return share everything except the options of commands.
  const { _self: self = client } = client as { _self?: RedisClient };
  let driver = drivers.get(self);
  if (driver === undefined) drivers.set(self, (driver = newDriver(client)));
  return driver;
}

/** True if a value has the properties of a client of a Redis library. */
export function isRedisClient(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && (isIoredis(value) || isNodeRedis(value) || isMock(value))
  );
}

function newDriver(client: object): Driver {
  if (isIoredis(client)) return new IoredisDriver(client as IoredisClient);
  if (isNodeRedis(client)) {
    const route = routeOf(client);
    if (route !== undefined) return new NodeRedisDriver(route);
  }
  if (isMock(client)) return new IoredisMockDriver(client as IoredisMock);
  throw notAccepted(client);
}

function routeOf(client: object): NodeRedisRoute | undefined {
  if (has(client, "nodeClient", "function")) return new ClusterRoute(client as NodeRedisCluster);
  if (has(client, "getSentinelNode", "function")) return new SentinelRoute(client as NodeRedisSentinel);
  const isClient = has(client, "isReady", "boolean") && has(client, "duplicate", "function");
  return isClient ? new ClientRoute(client as NodeRedisClient) : undefined;
}

function isIoredis(client: object): boolean {
  return has(client, "status", "string") && has(client, "call", "function");
}

function isNodeRedis(client: object): boolean {
  return has(client, "isOpen", "boolean") && has(client, "withTypeMapping", "function");
}

function isMock(client: object): boolean {
  return has(client, "connected", "boolean") && has(client, "shaScripts", "object");
}

function has(object: object, name: string, type: string): boolean {
  return typeof (object as Record<string, unknown>)[name] === type;
}

function notAccepted(client: unknown): TypeError {
  return new TypeError(`client must be ${ACCEPTED}; received ${nameOf(client)}`);
}

function nameOf(client: unknown): string {
  if (client === null || typeof client !== "object") return client === null ? "null" : `a ${typeof client}`;
  if (has(client, "execute", "function") && has(client, "totalClients", "number")) {
    return "a pool of node-redis, which does not keep the order of a session's commands";
  }
  const { name = "" } = (client.constructor as { name?: string } | undefined) ?? {};
  return name === "" || name === "Object" ? "an object" : `an object of class ${name}`;
}
