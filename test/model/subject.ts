import type { Redis } from "ioredis";
import { MemoryStore, SessionConflictError, type SessionRecord, type SessionStore } from "sessionary";
import { RedisStore } from "sessionary/redis";
import { type Command, HOUR_MS, IDS } from "./commands.js";
import type { Answer, ModelRecord, Step, Token } from "./model.js";

/** A store, and a clock that tells it how late it is. */
interface Clocked {
  store: SessionStore;
  now: () => number;
  pass: (ms: number) => Promise<void> | void;
}

export function clockedMemory(): Clocked {
  let now = Date.now();
  return { store: new MemoryStore({ now: () => now }), now: () => now, pass: (ms) => void (now += ms) };
}

/** Redis's clock can't be set: instead, time that passes is taken off what each session has left to live. */
export function clockedRedis(client: Redis, prefix: string): Clocked {
  const pass = async (ms: number) => {
    await client.eval(SHORTEN, IDS.length, ...IDS.map((id) => prefix + id), ms);
  };
  return { store: new RedisStore({ client, prefix, timeoutMs: 20_000 }), now: () => Date.now(), pass };
}

const SHORTEN = `
for _, key in ipairs(KEYS) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
end`;

/** Runs commands on a store, and gives their answers in the model's terms. */
export class Subject {
  readonly #clocked: Clocked;
  readonly #versions = new Map<Token, string>();
  readonly #tokens = new Map<string, Token>();

  constructor(clocked: Clocked) {
    this.#clocked = clocked;
  }

  async run(command: Command, step: Step): Promise<Answer> {
    try {
      return await this.#run(command, step);
    } catch (error) {
      if (error instanceof SessionConflictError) return { conflict: this.#record(error.current)! };
      if (error instanceof TypeError) return { error: "TypeError" };
      return { error: String((error as { code?: unknown }).code) };
    }
  }

  async close(): Promise<void> {
    await this.#clocked.store.clear();
    await this.#clocked.store.close();
  }

  async #run(command: Command, { data, ifVersion, token }: Step): Promise<Answer> {
    const { store, now, pass } = this.#clocked;
    const entry = (lifeMs: number) => ({ data, expiresAt: now() + lifeMs });
    const options = ifVersion === undefined ? {} : { ifVersion: this.#versions.get(ifVersion) ?? "unknown" };
    switch (command.type) {
      case "create":
        return this.#written(token, await store.create(command.id, entry(command.lifeMs)));
      case "update":
        return this.#written(token, await store.update(command.id, entry(command.lifeMs), options));
      case "touch":
        return { value: await store.touch(command.id, entry(command.lifeMs), options) };
      case "destroy":
        return { value: await store.destroy(command.id) };
      case "get": {
        const records = await Promise.all(command.ids.map((id) => store.get(id)));
        return { records: records.map((record) => this.#record(record)) };
      }
      case "count":
        return { value: await store.count() };
      case "ids": {
        const ids = [];
        for await (const id of store.ids()) ids.push(id);
        return { value: ids.sort() };
      }
      case "clear":
        return { value: await store.clear() };
      case "time passes":
        return { value: await pass(command.ms) };
      case "bad data":
        return { value: await store[command.method](command.id, { ...entry(HOUR_MS), data: { bad: 1n } }) };
      case "bad expiry":
        return { value: await store[command.method](command.id, entry(NaN)) };
    }
  }

  /** A version that was there before stays what it was; another one is this write's own. */
  #written(token: number, version: string | undefined): Answer {
    if (version === undefined) return { version };
    if (!this.#tokens.has(version)) {
      this.#tokens.set(version, token);
      this.#versions.set(token, version);
    }
    return { version: this.#tokens.get(version) };
  }

  #record(record: SessionRecord | undefined): ModelRecord | undefined {
    if (record === undefined) return undefined;
    const { data, expiresAt, version } = record;
    const halfHours = Math.round((expiresAt - this.#clocked.now()) / (HOUR_MS / 2));
    return { data, lifeMs: (halfHours * HOUR_MS) / 2, version: this.#tokens.get(version) ?? "unknown" };
  }
}
