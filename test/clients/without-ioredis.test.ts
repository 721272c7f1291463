import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const app = fileURLToPath(new URL("without-ioredis/app.ts", import.meta.url));

it("needs ioredis only to open a connection, and then rejects every call at once with the remedy", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", app], {
    timeout: 25_000,
  });
  const rejected =
    "StoreUnavailableError: the session store is unavailable: redis: URLs require ioredis: npm install ioredis";
  expect(stdout.trim().split("\n")).toEqual(["MemoryStore: 1", ...Array<string>(15).fill(rejected)]);
});
