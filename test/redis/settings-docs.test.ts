import * as ioredis from "ioredis";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import { RedisStore } from "sessionary/redis";
import { expect, it, vi } from "vitest";
import { openIoredis } from "../../src/redis/clients/open-ioredis.js";
import { MarkdownPage } from "../support/markdown.js";

const page = new MarkdownPage("docs/faults.md");

type Options = Record<string, unknown>;
const lazy = { lazyConnect: true };
/** Of ioredis 6 and 5, in the order of the tables. */
const DEFAULTS = {
  node: [new Redis(lazy), new Redis5(lazy)].map(({ options }): Options => ({ ...options })),
  cluster: [new Cluster([{}], lazy), new Cluster5([{}], lazy)].map(({ options }): Options => ({
    ...options,
  })),
};
type Mode = "single" | "sentinel" | "cluster";

/** What `openIoredis()` passes on, to where nothing listens. */
function ownOptions(mode: Mode, timeoutMs: number): { node: Options; cluster?: Options } {
  const hosts = [{ host: "127.0.0.1", port: 1 }];
  const client = openIoredis(ioredis, { mode, hosts, tls: false, db: 0, name: "group" }, timeoutMs);
  client.on("error", () => {});
  client.disconnect();
  if (!("nodes" in client)) return { node: { ...client.options } };
  const { redisOptions, ...cluster } = client.options;
  return { node: { ...redisOptions }, cluster };
}

/** The rows of a table that a client's options are not, nor ioredis's own. */
function wrongRows(heading: string, own: Options | undefined, defaults: Options[], timeoutMs: number) {
  const rows = page.rows(heading);
  expect(rows.length).toBeGreaterThan(1);
  return rows.filter(([setting = "", ...cells]) => {
    const name = nameOf(setting);
    const values = [own?.[name], ...defaults.map((options) => options[name])];
    return !values.every((value, i) => isSaid(cells[i]!, value, timeoutMs));
  });
}
const nameOf = (setting: string) => setting.replaceAll("`", "");

it.each([300, 4_000])("has the settings of our connections, and ioredis's, with a deadline of %d", (ms) => {
  for (const mode of ["single", "sentinel", "cluster"] as const) {
    expect(wrongRows("Every connection", ownOptions(mode, ms).node, DEFAULTS.node, ms)).toEqual([]);
  }
  expect(wrongRows("Sentinel, in addition", ownOptions("sentinel", ms).node, DEFAULTS.node, ms)).toEqual([]);
  expect(
    wrongRows("A Cluster, in addition", ownOptions("cluster", ms).cluster, DEFAULTS.cluster, ms),
  ).toEqual([]);
});

it("leaves out no setting that is not ioredis's own", () => {
  const address = ["host", "port", "name", "sentinels", "lazyConnect"];
  const said = page.rows("The settings of a connection").map(([setting = ""]) => nameOf(setting));
  for (const mode of ["single", "sentinel", "cluster"] as const) {
    const { node, cluster = {} } = ownOptions(mode, 4_000);
    const chosen = [
      ...Object.keys(node).filter((name) => node[name] !== DEFAULTS.node[0]![name]),
      ...Object.keys(cluster).filter((name) => cluster[name] !== DEFAULTS.cluster[0]![name]),
    ];
    expect(chosen.length).toBeGreaterThan(5);
    expect(chosen.filter((name) => !address.includes(name) && !said.includes(name))).toEqual([]);
  }
});

it("shows how to give a client of one's own the same", async () => {
  const url = "redis://127.0.0.1:1";
  let reconnectedAt = 0;
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    socketTimeout: 2_000,
    maxLoadingRetryTime: 500,
    retryStrategy: (attempt) => Math.min(50 * 2 ** (attempt - 1), 1_000) * (0.5 + Math.random() / 2),
    reconnectOnError: (error) => {
      if (!/\bREADONLY\b/.test(error.message) || Date.now() < reconnectedAt + 2_000) return false;
      reconnectedAt = Date.now();
      return 1;
    },
  });
  // ioredis prints an error that nobody listens to. The store listens until it is closed.
  client.on("error", () => {});
  const store = new RedisStore({ client });
  const wrong = wrongRows("Every connection", { ...client.options }, DEFAULTS.node, 1_000);
  expect(wrong.map(([setting = ""]) => nameOf(setting))).toEqual(["disconnectTimeout", "disableClientInfo"]);
  await store.close();
  client.disconnect();
});

/** Whether an option's value is what a cell of the tables says. */
function isSaid(cell: string, value: unknown, timeoutMs: number): boolean {
  if (cell === "unset") return value === undefined || value === null;
  if (cell === "`timeoutMs`, at least 1,000") return value === Math.max(timeoutMs, 1_000);
  if (cell === "2 × `timeoutMs`") return value === 2 * timeoutMs;
  if (typeof value === "number") return cell === value.toLocaleString("en-US");
  if (typeof value !== "function") return cell === String(value);
  const [, pauseMs] = /^1 for READONLY, once in ([\d,]+) ms$/.exec(cell) ?? [];
  if (pauseMs === undefined) return isStrategy(cell, value as (attempt: number) => number);
  return isReconnect(numberOf(pauseMs), value as (error: Error) => unknown);
}

/** Whether a `reconnectOnError` reconnects for READONLY, and again only after a pause. */
function isReconnect(pauseMs: number, strategy: (error: Error) => unknown): boolean {
  vi.useFakeTimers({ toFake: ["Date", "performance"], now: Date.now() + pauseMs });
  try {
    const after = (ms: number, text: string) => {
      vi.advanceTimersByTime(ms);
      return strategy(new Error(text));
    };
    const answers = [
      after(pauseMs, "LOADING"),
      after(0, "ERR Error running script: -READONLY You can't"),
      after(pauseMs - 1, "READONLY You can't"),
      after(1, "READONLY You can't"),
    ];
    return answers.join() === "false,1,false,1";
  } finally {
    vi.useRealTimers();
  }
}

/** Whether pauses between attempts to connect are, say, "50 to 1,000, doubling, less up to half". */
function isStrategy(cell: string, strategy: (attempt: number) => number): boolean {
  const parts = /^([\d,]+) to ([\d,]+), (?:doubling|by (\d+))(?:, (less|plus) up to (\w+))?$/.exec(cell);
  const [, first, last, step, jitter, by] = parts ?? [];
  const second = step === undefined ? 2 * numberOf(first) : numberOf(first) + numberOf(step);
  const pauses = [
    [1, numberOf(first)],
    [2, second],
    [1_000, numberOf(last)],
  ] as const;
  return pauses.every(([attempt, pause]) => {
    const least = jitter === "less" ? pause / 2 : pause;
    const most = jitter === "plus" ? pause + numberOf(by) : pause;
    const tried = Array.from({ length: 300 }, () => strategy(attempt));
    const [shortest, longest] = [Math.min(...tried), Math.max(...tried)];
    return least <= shortest && longest <= most && longest - shortest >= 0.8 * (most - least) - 1;
  });
}

const numberOf = (text: string | undefined) => Number(text?.replaceAll(",", ""));
