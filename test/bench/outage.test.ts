import { execFile } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import type { Result } from "../../bench/outage/report.js";

// The short form of `npm run bench:outage`, once. What is counted here are outcomes; times are in its table.
let results: Result[];
let exit: { failed: boolean; stdout: string; stderr: string };

beforeAll(async () => {
  const args = ["--import", "tsx", "bench/outage/run.ts", "--quick"];
  exit = await new Promise((resolve) =>
    execFile(process.execPath, args, { timeout: 80_000 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, stdout, stderr }),
    ),
  );
  const json = exit.stdout.split("\n").find((line) => line.startsWith("{"));
  if (json === undefined) throw new Error(`no results:\n${exit.stderr}`);
  ({ results } = JSON.parse(json) as { results: Result[] });
}, 90_000);

describe("an outage of Redis, behind unchanged handlers", () => {
  it("is the same for five stores", () => {
    expect(new Set(results.map(({ store }) => store)).size).toBe(5);
    expect(results.map(({ outage }) => outage)).toEqual(
      Array.from({ length: 5 }, () => ["refuses connections", "is frozen"]).flat(),
    );
    for (const { requests } of results) expect(requests).toBeGreaterThan(0);
  });

  it("is a 503 within the deadline for each request over sessionary, and never 'not logged in'", () => {
    const ours = results.filter(({ isOurs }) => isOurs);
    expect(ours).toHaveLength(4);
    for (const { store, outage, requests, hung, answers } of ours) {
      expect({ store, outage, hung, answers }).toEqual({
        store,
        outage,
        hung: 0,
        answers: { 503: requests },
      });
    }
  });

  it("is over for sessionary when Redis is back", () => {
    for (const { isOurs, store, servedAfterMs, failedLater } of results) {
      if (!isOurs) continue;
      expect(servedAfterMs, store).not.toBeNull();
      expect(failedLater, store).toBe(0);
    }
  });

  it("undoes no logout over sessionary, and does so over the others", () => {
    for (const { isOurs, store, undone } of results) {
      if (undone === undefined) continue;
      expect(undone.of, store).toBe(20);
      if (isOurs) expect(undone.logouts, store).toBe(0);
      else expect(undone.logouts, store).toBeGreaterThan(0);
    }
  });

  it("tells which store has no deadline", () => {
    const frozen = results.filter(({ isOurs, outage }) => !isOurs && outage === "is frozen");
    expect(frozen).toHaveLength(3);
    for (const { store, hung, requests } of frozen) expect(hung, store).toBe(requests);
  });

  it("ends well, with a table", () => {
    // Stores warn that they cannot connect, and Node.js adds a hint to the first warning.
    const others = exit.stderr.split("\n").filter((line) => !/SessionaryWarning|--trace-warnings/.test(line));
    expect(others.join("")).toBe("");
    expect(exit.failed).toBe(false);
    expect(exit.stdout.match(/^\| sessionary \|/gm)).toHaveLength(2);
  });
});
