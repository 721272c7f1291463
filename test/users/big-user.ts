import { setImmediate as nextTurn } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { SessionData } from "sessionary";
import type { RedisServer } from "../support/redis-server.js";
import { indexKeyOf } from "../support/user-index-keys.js";

/** Stores sessions of one user in the way a store does, many per call. The first is the oldest. */
const FILL = `
local micros = tonumber(ARGV[3])
local time = redis.call('TIME')
local expiry = -(time[1] * 1000 + 3600000)
for n = tonumber(ARGV[1]), ARGV[2] do
  local login = string.format('%016.0f', micros + n)
  local data = string.format('{"user":"ann","n":%d,"sessionary:createdAt":%.0f,"sessionary:login":%s}', n, micros / 1000, login)
  redis.call('SET', 'sess:id-' .. n, data, 'PX', 3600000)
  redis.call('ZADD', KEYS[1], login, login .. ':id-' .. n, expiry, '-' .. login)
end
redis.call('PEXPIRE', KEYS[1], 3600000)
`;
const PER_CALL = 5_000;

/** Gives the user `ann` so many sessions, with the ids `id-0`, `id-1`, … */
export async function fillRedis(server: RedisServer, sessions: number): Promise<void> {
  const micros = (Date.now() - 60_000) * 1_000 - sessions;
  for (let first = 0; first < sessions; first += PER_CALL) {
    const last = Math.min(first + PER_CALL, sessions) - 1;
    await server.command("EVAL", FILL, 1, indexKeyOf("ann"), first, last, micros);
  }
}

/** Counts how many sessions are looked at in one turn of the event loop. */
export class TurnCounter {
  /** Option of a store, which calls it for each session that it reads. */
  readonly userIdOf = ({ user }: SessionData) => {
    this.#inThisTurn++;
    return user;
  };
  #inThisTurn = 0;
  #most = 0;
  #isRunning = false;

  /** Starts the count. */
  start(): void {
    this.#isRunning = true;
    this.#inThisTurn = 0;
    void this.#watch();
  }

  /** Ends the count. @returns the most sessions in one turn. */
  stop(): number {
    this.#isRunning = false;
    return Math.max(this.#most, this.#inThisTurn);
  }

  async #watch(): Promise<void> {
    while (this.#isRunning) {
      this.#most = Math.max(this.#most, this.#inThisTurn);
      this.#inThisTurn = 0;
      await nextTurn();
    }
  }
}

/** What the commands of a client have moved. */
export interface Moved {
  commands: number;
  /** The most keys that one command names. */
  keys: number;
  /** The most values in one reply. */
  values: number;
}

/** Measures what a client sends and receives from now on. */
export function measure(client: Redis): Moved {
  const moved: Moved = { commands: 0, keys: 0, values: 0 };
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command, stream) => {
    moved.commands++;
    const isScript = command.name === "eval" || command.name === "evalsha";
    moved.keys = Math.max(moved.keys, isScript ? Number(command.args[1]) : 1);
    command.promise.then(
      (reply) => (moved.values = Math.max(moved.values, Array.isArray(reply) ? reply.length : 1)),
      () => {},
    );
    return send(command, stream);
  };
  return moved;
}
