/** Argument of a command. */
export type Arg = string | number;

/** A node that has a part of the keys. Its content is private to the driver that returned it. */
export type MasterNode = object;

/** Servers that a client connects to, without credentials. */
export interface Place {
  mode: "single" | "sentinel" | "cluster";
  /** The server, the Sentinels or the cluster's first nodes; empty for a Unix socket. */
  hosts: { host: string; port: number }[];
  /** Path of a Unix socket. */
  path?: string | undefined;
  tls: boolean;
  db: number;
}

/** Common interface of the client libraries: everything that a `RedisStore` needs from a client. */
export interface Driver {
  /** True if all keys of one command must be in one hash slot. */
  readonly isCluster: boolean;
  /** Prefix that the client puts before every key. `SCAN` patterns and replies include it. */
  readonly keyPrefix: string;
  /**
   * - `"idle"`: not connected; `connect` was not called yet.
   * - `"connecting"`: connecting or reconnecting.
   * - `"ready"`: accepts commands.
   * - `"ended"`: closed; it does not reconnect.
   */
  readonly state: "idle" | "connecting" | "ready" | "ended";
  /** Undefined if the client does not tell. */
  readonly place?: Place;
  /** Reason for the state `"ended"`, as part of an error message. */
  readonly endReason: string;
  /** Known or possible reason why a connected client does not answer, as part of an error message. */
  readonly delayReason?: string | undefined;
  /** Number of times that the client may have sent a pending command again. */
  readonly resends: number;
  /** Connects if the client is idle. The store calls it when a call has to wait for a connection. */
  connect(): void;
  /** Starts a call, whose commands can be canceled together. */
  call(): Call;
  /** Reports changes of the connection until the returned function is called. */
  observe(observer: Observer): () => void;
  /** Finds out why the client cannot connect. Resolves to an error, or to undefined if the reason stays unknown. */
  probe?(): Promise<Error | undefined>;
  /** Closes the connection immediately. Undefined for a client that was passed in, which stays open. */
  close?(): void;
}

/** Listeners to the state of a client's connection. */
export interface Observer {
  ready(): void;
  lost(): void;
  ended(): void;
  failed(error: unknown): void;
}

/** The commands of one call. */
export interface Call {
  /**
   * Sends a command.
   * @param before Name of the command and the arguments before its keys.
   * @param keys Keys without the `keyPrefix`.
   * @param after Arguments after the keys.
   */
  send(before: readonly Arg[], keys: readonly string[], after?: readonly Arg[]): Promise<unknown>;
  /** Calls `send`, and sends its commands in one packet. */
  together<R>(send: () => R): R;
  /** Reads a string as bytes. */
  getBuffer(key: string): Promise<Buffer | null>;
  /** Returns the nodes that together have all keys: every master of a cluster. */
  masters(): Promise<MasterNode[]>;
  /** Reads one page of a node's keys. Returns the next cursor and the keys, which include the `keyPrefix`. */
  scan(node: MasterNode, cursor: string, pattern: string, count: number): Promise<[string, string[]]>;
  /** Prevents commands that were not sent yet from being sent, now or after a reconnect. */
  cancel(): void;
}
