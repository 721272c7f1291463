import type { MasterNode } from "./driver.js";

type Listener = (...args: unknown[]) => void;

/** Options of one command. They replace the options of the client. */
export interface CommandOptions {
  /** Removes a command from the client's queue. */
  abortSignal: AbortSignal;
  /** JavaScript types of replies that differ from node-redis's default. */
  typeMapping: Record<number, unknown>;
  /** Turns off the client's time limit, since a call has the deadline of the store. */
  timeout: undefined;
}

/** Properties that all clients of node-redis have. */
export interface NodeRedisBase {
  readonly isOpen: boolean;
  /** `keyPrefix` of node-redis 6, which adds it to its own commands, but not to those given to `sendCommand`. */
  readonly _keyPrefix?: string | undefined;
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

export interface NodeRedisClient extends NodeRedisBase {
  readonly isReady: boolean;
  sendCommand(args: readonly string[], options: CommandOptions): Promise<unknown>;
}

interface ClusterNode {
  client?: { isReady: boolean } | undefined;
}

export interface NodeRedisCluster extends NodeRedisBase {
  /** Missing in node-redis 5. */
  readonly isReady?: boolean;
  readonly masters: readonly ClusterNode[];
  nodeClient(node: ClusterNode): Promise<NodeRedisClient> | NodeRedisClient;
  sendCommand(
    key: string | undefined,
    isReadonly: boolean,
    args: readonly string[],
    options: CommandOptions,
  ): Promise<unknown>;
}

export interface NodeRedisSentinel extends NodeRedisBase {
  readonly isReady: boolean;
  /** Returns undefined while there is no connection to the master. */
  getMasterNode(): object | undefined;
  sendCommand(isReadonly: boolean, args: readonly string[], options: CommandOptions): Promise<unknown>;
}

/** Sends commands through one kind of client. */
export interface NodeRedisRoute {
  readonly client: NodeRedisBase;
  readonly isCluster: boolean;
  readonly isReady: boolean;
  readonly resends: number;
  send(args: readonly string[], key: string | undefined, options: CommandOptions): Promise<unknown>;
  masters(): MasterNode[];
  sendTo(master: MasterNode, args: readonly string[], options: CommandOptions): Promise<unknown>;
}

/** Route for `createClient`: one server. The client never sends a command again. */
export class ClientRoute implements NodeRedisRoute {
  readonly isCluster = false;
  readonly resends = 0;

  constructor(readonly client: NodeRedisClient) {}

  get isReady(): boolean {
    return this.client.isReady;
  }

  send(args: readonly string[], _key: string | undefined, options: CommandOptions): Promise<unknown> {
    return this.client.sendCommand(args, options);
  }

  masters(): MasterNode[] {
    return [this.client];
  }

  sendTo(_master: MasterNode, args: readonly string[], options: CommandOptions): Promise<unknown> {
    return this.client.sendCommand(args, options);
  }
}

/** Route for `createCluster`. The client sends a command again only if it was redirected, and thus did not run. */
export class ClusterRoute implements NodeRedisRoute {
  readonly isCluster = true;
  readonly resends = 0;

  constructor(readonly client: NodeRedisCluster) {}

  /** True if a master accepts commands. With `minimizeConnections`, a master without a client connects when needed. */
  get isReady(): boolean {
    const { isReady = true, masters } = this.client;
    return isReady && masters.some(({ client }) => client === undefined || client.isReady);
  }

  /** Sends to a master, never to a replica, which may not know yet that a session was destroyed. */
  send(args: readonly string[], key: string | undefined, options: CommandOptions): Promise<unknown> {
    return this.client.sendCommand(key, false, args, options);
  }

  masters(): MasterNode[] {
    return [...this.client.masters];
  }

  async sendTo(master: MasterNode, args: readonly string[], options: CommandOptions): Promise<unknown> {
    const client = await this.client.nodeClient(master);
    return client.sendCommand(args, options);
  }
}
