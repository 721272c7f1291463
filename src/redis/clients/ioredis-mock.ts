import { ScriptsForbiddenError } from "../../errors.js";
import type { Arg, Call, Driver, MasterNode, Observer } from "./driver.js";
import { Observers } from "./observers.js";

type Command = (...args: Arg[]) => Promise<unknown>;

/** Parts of a client of ioredis-mock that the driver uses. Its commands are methods, which run before they return. */
export interface IoredisMock {
  readonly connected: boolean;
  readonly options: { keyPrefix?: string };
  connect(): Promise<unknown>;
  eval: Command;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/**
 * Script in place of `SET … IFEQ`: the mock ignores IFEQ and always writes. ARGV: the payload, the expected text, the
 * expiry.
 */
const SET_IF_EQUAL = `
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return false end
return redis.call('SET', KEYS[1], ARGV[1], ARGV[3], ARGV[4])
`;

/** Script in place of `PEXPIRE … GT`: the mock ignores GT. ARGV: the lifetime in ms. */
const EXPIRE_LATER = `
local left = redis.call('PTTL', KEYS[1])
if left < 0 or left >= tonumber(ARGV[1]) then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
`;

/**
 * Script in place of `ZRANGE` and similar commands: the mock's methods fail with ioredis 6. ARGV: the command and its
 * arguments.
 */
const RANGE = "return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))";

/**
 * Driver for ioredis-mock, for unit tests. The scripts of the store do not run on its Lua, which has no `sha1hex` and
 * no error replies. The store uses the same commands as if scripts were forbidden, and compares texts instead of
 * versions.
 */
export class IoredisMockDriver implements Driver {
  readonly isCluster = false;
  readonly keyPrefix: string;
  readonly endReason = "the client of ioredis-mock was closed";
  readonly resends = 0;
  readonly #client: IoredisMock;
  readonly #observers: Observers;
  #hasEnded = false;

  constructor(client: IoredisMock) {
    this.#client = client;
    this.keyPrefix = client.options.keyPrefix ?? "";
    this.#observers = new Observers(client, [
      ["ready", () => ((this.#hasEnded = false), this.#observers.notify("ready"))],
      ["end", () => ((this.#hasEnded = true), this.#observers.notify("ended"))],
    ]);
  }

  get state(): Driver["state"] {
    if (this.#client.connected) return "ready";
    return this.#hasEnded ? "ended" : "idle";
  }

  connect(): void {
    if (this.state === "idle") this.#client.connect().catch(() => {});
  }

  call(): Call {
    return new IoredisMockCall(this.#client);
  }

  observe(observer: Observer): () => void {
    return this.#observers.add(observer);
  }
}

class IoredisMockCall implements Call {
  readonly #client: IoredisMock;

  constructor(client: IoredisMock) {
    this.#client = client;
  }

  async send(before: readonly Arg[], keys: readonly string[], after: readonly Arg[] = []): Promise<unknown> {
    const [name, ...words] = before as [string, ...Arg[]];
    if (name.startsWith("eval")) throw new ScriptsForbiddenError();
    const key = keys[0]!;
    if (name === "set" && after[1] === "IFEQ") return this.#run(SET_IF_EQUAL, key, after.toSpliced(1, 1));
    if (name === "pexpire" && after[1] === "GT") return this.#run(EXPIRE_LATER, key, [after[0]!]);
    if (/^z(rev)?range/.test(name)) return this.#run(RANGE, key, [name, ...after]);
    return this.#command(name)(...words, ...keys, ...after);
  }

  together<R>(send: () => R): R {
    return send();
  }

  getBuffer(key: string): Promise<Buffer | null> {
    return this.#command("getBuffer")(key) as Promise<Buffer | null>;
  }

  async masters(): Promise<MasterNode[]> {
    return [this.#client];
  }

  /** Reads all keys as one page: the mock's cursor skips keys while others are removed. */
  async scan(_node: MasterNode, _cursor: string, pattern: string): Promise<[string, string[]]> {
    return ["0", (await this.#command("keys")(pattern)) as string[]];
  }

  /** Does nothing, since commands run when they are called. */
  cancel(): void {}

  #command(name: string): Command {
    return (this.#client as unknown as Record<string, Command>)[name]!;
  }

  /** Runs a script, which is atomic. Converts its reply `false` to null. */
  async #run(script: string, key: string, args: readonly Arg[]): Promise<unknown> {
    const reply = await this.#client.eval(script, 1, key, ...args);
    return reply === false ? null : reply;
  }
}
