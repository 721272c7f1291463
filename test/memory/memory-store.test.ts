import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { MemoryStore, jsonCodec, type MemoryStoreOptions } from "sessionary";

const entry = (n: number) => ({ data: { n }, expiresAt: Date.now() + 60_000 });

describe("MemoryStore", () => {
  it.each<[unknown, string]>([
    [{ maxEntries: 0 }, "maxEntries must be an integer from 1 to 16777216; received 0"],
    [{ maxEntries: -1 }, "maxEntries must be an integer from 1 to 16777216; received -1"],
    [{ maxEntries: 1.5 }, "maxEntries must be an integer from 1 to 16777216; received 1.5"],
    [{ maxEntries: NaN }, "maxEntries must be an integer from 1 to 16777216; received NaN"],
    [{ maxEntries: 2 ** 24 + 1 }, "maxEntries must be an integer from 1 to 16777216; received 16777217"],
    [{ maxEntries: 2 ** 32 }, "maxEntries must be an integer from 1 to 16777216; received 4294967296"],
    [{ maxEntries: Infinity }, "maxEntries must be an integer from 1 to 16777216; received Infinity"],
    [{ maxEntries: "100" }, "maxEntries must be an integer from 1 to 16777216; received a string"],
    [{ maxEntries: null }, "maxEntries must be an integer from 1 to 16777216; received null"],
    [{ maxBytes: 0 }, "maxBytes must be a positive integer; received 0"],
    [{ maxBytes: "1mb" }, "maxBytes must be a positive integer; received a string"],
    [{ maxBytes: 256 }, "maxBytes must be an integer above 256"],
    [{ maxPayloadBytes: 0 }, "maxPayloadBytes must be a positive integer; received 0"],
    [{ maxBytes: 1_000, maxPayloadBytes: 745 }, "maxPayloadBytes must be at most 744"],
    [{ now: 1 }, "now must be a function"],
    [{ now: null }, "now must be a function"],
    [{ codec: JSON }, "codec must be"],
    [{ codec: "json" }, "codec must be"],
    [{ maxEntrys: 1 }, 'MemoryStore has no option "maxEntrys"; it accepts maxEntries, maxBytes'],
    [{ ttl: 1 }, 'MemoryStore has no option "ttl": set the lifetime with ttlMs of the adapter'],
    [null, "MemoryStore requires an options object; received null"],
    ["memory:", "MemoryStore requires an options object; received a string"],
    [[], "MemoryStore requires an options object; received an array"],
    [100, "MemoryStore requires an options object; received 100"],
  ])("refuses %o, naming the option and what it takes", (options, message) => {
    const make = () => new MemoryStore(options as MemoryStoreOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it("takes each option, and none", () => {
    const bounds = [{ maxEntries: 1 }, { maxBytes: 257 }, { maxPayloadBytes: 1 }];
    for (const options of [undefined, {}, ...bounds, { codec: jsonCodec }, { now: Date.now }]) {
      expect(() => new MemoryStore(options)).not.toThrow();
    }
  });

  it("shares nothing with another", async () => {
    const [one, two] = [new MemoryStore(), new MemoryStore()];
    const version = await one.create("a", entry(1));
    await two.create("b", entry(3));
    expect(await two.get("a")).toBeUndefined();
    await two.create("a", entry(2));
    await two.update("a", entry(4));
    await two.update("a", { data: {}, expiresAt: Date.now() - 1 });
    expect(await one.get("a")).toMatchObject({ data: { n: 1 }, version });
    await one.clear();
    expect(await two.count()).toBe(1);
    await one.close();
    expect(await two.get("b")).toMatchObject({ data: { n: 3 } });
    await two.close();
  });

  it("lets a process end that has it open and full", async () => {
    const script = fileURLToPath(new URL("leave-open.ts", import.meta.url));
    // A process that did not end would be killed after this time, which rejects.
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script], {
      timeout: 20_000,
    });
    expect(stdout).toBe("1000 sessions are left open\n");
  });
});
