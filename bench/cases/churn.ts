import { type Bench, type Case, type Outcome, atMost } from "../bench.js";
import { Child } from "../children/child.js";
import type { ChurnOptions, Sample } from "../churn/churn-process.js";
import { linePlot } from "../report/plot.js";
import { megabytes, table, whole } from "../report/table.js";
import { median } from "../statistics.js";

/** How much higher the last fifth of the samples may lie than the second: memory that leaks goes on rising. */
const LEVEL_PERCENT = 3;

export const churnMemory = churnCase("memory", "MemoryStore", { sessions: 10_000_000, live: 100_000 });
export const churnRedis = churnCase("redis", "RedisStore", { sessions: 1_000_000, live: 10_000 });

/** Very many sessions come and go: memory stays level. */
function churnCase(
  store: ChurnOptions["store"],
  label: string,
  { sessions, live }: Pick<ChurnOptions, "sessions" | "live">,
): Case {
  return {
    name: `churn-${store}`,
    title: `${label} under churn`,
    peers: ["sessionary"],
    async run(bench: Bench): Promise<Outcome> {
      const factor = bench.isQuick ? 20 : 1;
      const options = { store, redisUrl: bench.redisUrl, sessions: sessions / factor, live: live / factor };
      const child = new Child("churn/churn-process", { ...options, samples: 100 } satisfies ChurnOptions, [
        "--expose-gc",
      ]);
      const samples = (await child.next()) as Sample[];
      await child.end();
      const fifth = (i: number) => samples.slice((samples.length * i) / 5, (samples.length * (i + 1)) / 5);
      const early = levelOf(fifth(1));
      const late = levelOf(fifth(4));
      const risen = (before: number, after: number) => Math.max(0, (after / before - 1) * 100);
      return {
        markdown: `${whole(options.sessions)} sessions come and go, ${whole(options.live)} at a time.\n\n${table(
          ["median of", "the second fifth", "the last fifth"],
          [
            ["heap after a collection", megabytes(early.heapBytes), megabytes(late.heapBytes)],
            ["resident set", megabytes(early.rssBytes), megabytes(late.rssBytes)],
            ["timers, sockets and the like", String(early.resources), String(late.resources)],
          ],
        )}`,
        data: samples,
        checks: [
          atMost(
            `${label} under churn, rise of the heap`,
            LEVEL_PERCENT,
            risen(early.heapBytes, late.heapBytes),
            "%",
          ),
          atMost(
            `${label} under churn, rise of the resident set`,
            LEVEL_PERCENT,
            risen(early.rssBytes, late.rssBytes),
            "%",
          ),
        ],
        plots: { [`churn-${store}`]: plotOf(label, samples) },
      };
    },
  };
}

function levelOf(samples: Sample[]): Omit<Sample, "sessions"> {
  return {
    heapBytes: median(samples.map((each) => each.heapBytes)),
    rssBytes: median(samples.map((each) => each.rssBytes)),
    resources: median(samples.map((each) => each.resources)),
  };
}

function plotOf(label: string, samples: Sample[]): string {
  const points = samples.flatMap(({ sessions: x, heapBytes, rssBytes }) => [
    { x, y: heapBytes / 1e6, series: "heap after a collection" },
    { x, y: rssBytes / 1e6, series: "resident set" },
  ]);
  return linePlot(points, { title: `${label} under churn`, x: "sessions made", y: "MB" });
}
