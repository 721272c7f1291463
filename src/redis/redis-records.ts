import { isUtf8 } from "node:buffer";
import { SessionConflictError, SessionExistsError, StoreUnavailableError } from "../errors.js";
import { returnsDecoded } from "../codec/known-text.js";
import { MAX_EXPIRES_AT, PayloadFormat, assertExpiresAt } from "../codec/payload.js";
import { StoreBase } from "../internal/store-base.js";
import { assertSessionId, isSessionId } from "../session-id.js";
import type { SessionData, SessionEntry, SessionRecord, SessionStore, UpdateOptions } from "../store.js";
import { CommandQueue } from "./command-queue.js";
import {
  DELETE,
  READ,
  SET,
  SET_IF_VERSION,
  type Stored,
  TOUCH,
  TOUCH_IF_VERSION,
  WRONG_TYPE,
} from "./commands.js";
import type { Connection } from "./connection.js";
import { KeySpace } from "./key-space.js";
import type { CheckedRedisSettings } from "./options.js";
import { StoredRecord, digest } from "./stored-record.js";

/** The sessions of a RedisStore: one Redis string for each session. */
export class RedisRecords<T extends object = SessionData> extends StoreBase implements SessionStore<T> {
  /** Maximum duration of a call, in milliseconds. */
  readonly timeoutMs: number;
  readonly #connection: Connection;
  readonly #keys: KeySpace;
  readonly #queue: CommandQueue;
  readonly #format: PayloadFormat<T>;

  /** Typed as objects, so that the types of the package do not contain those of a connection. */
  constructor(connection: object, settings: object);
  constructor(
    connection: Connection,
    settings: Pick<CheckedRedisSettings, "prefix" | "maxPayloadBytes" | "codec">,
  ) {
    super();
    returnsDecoded(RedisRecords.prototype);
    this.timeoutMs = connection.timeoutMs;
    this.#connection = connection;
    this.#keys = new KeySpace(connection, { prefix: settings.prefix, includes: isSessionId });
    this.#queue = new CommandQueue(connection);
    this.#format = new PayloadFormat("redis", settings.codec, settings.maxPayloadBytes);
  }

  async get(id: string): Promise<SessionRecord<T> | undefined> {
    if (!isSessionId(id)) return this.#connection.assertOpen();
    const stored = (await this.#queue.run(READ, this.#keys.key(id))) as Stored;
    return mayBeMangled(stored) ? this.#checkedRecord(id, stored) : this.#record(id, stored);
  }

  async create(id: string, entry: SessionEntry<T>): Promise<string> {
    this.#connection.assertOpen();
    assertSessionId(id);
    const text = this.#format.encode(entry, id);
    const { resends } = this.#connection.driver;
    const args = [text, lifetimeOf(entry), "NX"];
    const created = await this.#queue.run(SET, this.#keys.key(id), args);
    if (created) return digest(text);
    this.#assertSentOnce(resends);
    throw new SessionExistsError();
  }

  async update(
    id: string,
    entry: SessionEntry<T>,
    { ifVersion }: UpdateOptions = {},
  ): Promise<string | undefined> {
    this.#connection.assertOpen();
    const text = this.#format.encode(entry, id);
    if (!isSessionId(id)) return undefined;
    const key = this.#keys.key(id);
    const lifetimeMs = lifetimeOf(entry);
    if (ifVersion !== undefined) return this.#compareAndSet(id, text, lifetimeMs, ifVersion);
    const written = await this.#queue.run(SET, key, [text, lifetimeMs, "XX"]);
    return written ? digest(text) : undefined;
  }

  async touch(id: string, entry: SessionEntry<T>, { ifVersion }: UpdateOptions = {}): Promise<boolean> {
    this.#connection.assertOpen();
    assertExpiresAt(entry);
    if (!isSessionId(id)) return false;
    const key = this.#keys.key(id);
    const lifetimeMs = lifetimeOf(entry);
    if (ifVersion === undefined) return (await this.#queue.run(TOUCH, key, [lifetimeMs])) === 1;
    const reply = await this.#queue.run(TOUCH_IF_VERSION, key, [ifVersion, lifetimeMs]);
    if (typeof reply !== "number") await this.#throwConflict(id, reply as Stored);
    return reply === 1;
  }

  async destroy(id: string): Promise<boolean> {
    this.#connection.assertOpen();
    if (!isSessionId(id)) return false;
    const { resends } = this.#connection.driver;
    const found = await this.#queue.run(DELETE, this.#keys.key(id));
    this.#format.forget(id);
    if (found === 0) this.#assertSentOnce(resends);
    return found === 1;
  }

  async *ids(): AsyncGenerator<string> {
    for await (const page of this.#keys.pages()) yield* page;
  }

  async count(): Promise<number> {
    let live = 0;
    for await (const page of this.#keys.pages((yielded) => (live -= yielded))) live += page.length;
    return live;
  }

  async clear(): Promise<void> {
    this.#format.forget();
    await this.#keys.clear();
  }

  async ping(): Promise<void> {
    await this.#connection.run("read", (call) => call.send(["ping"], []));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #compareAndSet(
    id: string,
    text: string,
    lifetimeMs: number,
    ifVersion: string,
  ): Promise<string | undefined> {
    const { resends } = this.#connection.driver;
    const reply = await this.#queue.run(SET_IF_VERSION, this.#keys.key(id), [ifVersion, text, lifetimeMs]);
    const isEnd = lifetimeMs <= 0;
    if (isEnd) this.#format.forget(id);
    if (reply === 1) return digest(text);
    if (reply !== 0 || isEnd) this.#assertSentOnce(resends);
    if (reply !== 0) await this.#throwConflict(id, reply as Stored);
    return undefined;
  }

  /** Throws a SessionConflictError with the stored record. Returns if that cannot be decoded. */
  async #throwConflict(id: string, stored: Stored): Promise<void> {
    const current = await this.#checkedRecord(id, stored);
    if (current !== undefined) throw new SessionConflictError(current);
  }

  #record(id: string, [text, lifetimeMs]: Stored): SessionRecord<T> | undefined {
    if (text === null || lifetimeMs === -2) return undefined;
    if (text === WRONG_TYPE) return this.#format.undecodable("not a Redis string");
    const data = this.#format.decode(text, id);
    if (data === undefined) return undefined;
    return new StoredRecord(text, data, lifetimeMs === -1 ? MAX_EXPIRES_AT : Date.now() + lifetimeMs);
  }

  /**
   * Returns the record, or undefined if its bytes are not UTF-8. The version of such a record would differ from the
   * one that a script computes, so it could never be overwritten.
   */
  async #checkedRecord(id: string, stored: Stored): Promise<SessionRecord<T> | undefined> {
    if (mayBeMangled(stored)) {
      const bytes = await this.#connection.run("read", (call) => call.getBuffer(this.#keys.key(id)));
      if (bytes !== null && !isUtf8(bytes)) return this.#format.undecodable("not UTF-8");
    }
    return this.#record(id, stored);
  }

  /**
   * Throws a StoreUnavailableError if the client may have sent the command twice, as some clients do after a lost
   * connection. The first copy may then have created or destroyed the session that the second one found or missed.
   */
  #assertSentOnce(resends: number): void {
    if (this.#connection.driver.resends !== resends) {
      throw new StoreUnavailableError(
        "unknown",
        "connection",
        "the connection was lost while Redis answered",
      );
    }
  }
}

/** True if the client may have replaced bytes that are not UTF-8 by U+FFFD. */
function mayBeMangled([text]: Stored): boolean {
  return typeof text === "string" && text.includes("\ufffd");
}

/**
 * Returns the remaining lifetime in ms, 0 or less for an expired entry. A relative time, since the clocks of this
 * server and of Redis may differ.
 */
function lifetimeOf(entry: SessionEntry<object>): number {
  return Math.ceil(entry.expiresAt - Date.now());
}
