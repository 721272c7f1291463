/** A word of a command. */
export type Arg = string | number;

/** A node that holds a part of the keys. Only the driver that returned it looks inside. */
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

/** One interface over the client libraries: everything that a `RedisStore` needs of a client. */
export interface Driver {
  /** True if one command may only name keys of one hash slot. */
  readonly isCluster: boolean;
  /** Prefix that the client puts before every key. `SCAN` patterns and replies include it. */
  readonly keyPrefix: string;
  /**
   * - `"idle"`: not connected, and not told to connect.
   * - `"connecting"`: connecting for the first time, or again.
   * - `"ready"`: takes commands.
   * - `"ended"`: closed; it does not reconnect.
   */
  readonly state: "idle" | "connecting" | "ready" | "ended";
  /** Missing if the client does not tell. */
  readonly place?: Place;
  /** Reason for the state `"ended"`, for an error message. */
  readonly endReason: string;
  /** Known or possible reason why a connected client does not answer, for an error message. */
  readonly delayReason?: string | undefined;
  /** Number of times that the client may have sent a pending command twice. */
  readonly resends: number;
  /** Called when a call has to wait for a connection: connects if the client is idle. */
  connect(): void;
  /** Starts a call, whose commands can be canceled together. */
  call(): Call;
  /** Reports changes of the connection until the returned function is called. */
  observe(observer: Observer): () => void;
  /** Finds out why the client cannot connect. Resolves to an error, or to undefined if the reason stays unknown. */
  probe?(): Promise<Error | undefined>;
  /** Closes the connection at once. Missing if the client was handed in, which stays open. */
  close?(): void;
}

/** Listeners to a client's connection. */
export interface Observer {
  ready(): void;
  lost(): void;
  ended(): void;
  failed(error: unknown): void;
}

/** The commands of one call. */
export interface Call {
  /** Sends a command: its name and the words before its keys, its keys without the `keyPrefix`, and the rest. */
  send(before: readonly Arg[], keys: readonly string[], after?: readonly Arg[]): Promise<unknown>;
  /** Calls `send` so that its commands leave in one packet. */
  together<R>(send: () => R): R;
  /** Reads a string as bytes. */
  getBuffer(key: string): Promise<Buffer | null>;
  /** Returns the nodes that hold the keys: every master of a cluster. */
  masters(): Promise<MasterNode[]>;
  /** Reads one page of a node's keys. Returns the next cursor and the keys, which include the `keyPrefix`. */
  scan(node: MasterNode, cursor: string, pattern: string, count: number): Promise<[string, string[]]>;
  /** Prevents commands that were not sent yet from being sent, now or after a reconnect. */
  cancel(): void;
}
