import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type RedisServer, startRedis } from "./redis-server.js";

/** Starts a Redis that writes a snapshot and a log, both uncompressed, so that a search finds what they hold. */
export function startRedisWithFiles(): Promise<RedisServer> {
  return startRedis({ config: ["appendonly yes", "aof-use-rdb-preamble no", "rdbcompression no"] });
}

/** Returns all that Redis has on its disk: the snapshot, which is taken now, and the log. */
export async function redisFiles(redis: RedisServer): Promise<Buffer> {
  await redis.command("SAVE");
  const [, dir] = (await redis.command("CONFIG", "GET", "dir")) as [string, string];
  const names = (await readdir(dir, { recursive: true })).filter((name) => /\.(rdb|aof)$/.test(name));
  if (names.length < 2) throw new Error(`a snapshot and a log expected; found ${names.join()}`);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(dir, name)))));
}

/** Returns the texts that are found in files of Redis, as they are, in base64 or in hexadecimal. */
export function foundIn(files: Buffer, texts: string[]): string[] {
  return texts.filter((text) => {
    const base64 = Buffer.from(text).toString("base64").replace(/=*$/, "").slice(0, -1);
    return [text, base64, Buffer.from(text).toString("hex")].some((form) => files.includes(form));
  });
}
