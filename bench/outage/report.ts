import { table } from "../report/table.js";
import { median } from "../statistics.js";
import type { Lived } from "./outage.js";

/** What the servers of one store, of all frameworks, made of one outage. */
export interface Result {
  store: string;
  isOurs: boolean;
  outage: string;
  /** Requests during the outage. */
  requests: number;
  hangMs: { median: number; longest: number };
  /** How many of them had no answer when the outage ended. */
  hung: number;
  /** How many of them were answered with what. */
  answers: Record<string, number>;
  /** The slowest server's; `null` when one never was. */
  servedAfterMs: number | null;
  /** Requests that failed although the server had served one since the outage. */
  failedLater: number;
  /** Logouts at one server that another one undid, and out of how many; for one kind of outage only. */
  undone?: { logouts: number; of: number };
}

/** @param lived one store's servers; what was never answered hung to `givenUpAt`. */
export function resultOf(outage: string, lived: readonly Lived[], givenUpAt: number): Result {
  const { store, isOurs } = lived[0]!.probe.contender;
  const asked = lived.flatMap(({ during, endedAt }) => during.map((each) => ({ ...each, endedAt })));
  const hangs = asked.map(({ askedAt, answeredAt }) => (answeredAt ?? givenUpAt) - askedAt);
  const answers: Record<string, number> = {};
  for (const { answer } of asked) answers[answer] = (answers[answer] ?? 0) + 1;
  const back = lived.map(({ servedAfterMs }) => servedAfterMs ?? Infinity);
  return {
    store,
    isOurs,
    outage,
    requests: asked.length,
    hangMs: { median: Math.round(median(hangs)), longest: Math.round(Math.max(...hangs)) },
    hung: asked.filter(({ answeredAt = Infinity, endedAt }) => answeredAt >= endedAt).length,
    answers,
    servedAfterMs: Math.max(...back) === Infinity ? null : Math.round(Math.max(...back)),
    failedLater: lived.reduce((sum, each) => sum + each.failedLater, 0),
  };
}

export function markdown(results: readonly Result[]): string {
  const head = [
    "store",
    "Redis",
    "a request hangs, median",
    "longest",
    "until Redis is back",
    "answered",
    "logged in again after",
    "logouts undone",
  ];
  return table(
    head,
    results.map(({ store, outage, requests, hangMs, hung, answers, servedAfterMs, failedLater, undone }) => [
      store,
      outage,
      seconds(hangMs.median),
      seconds(hangMs.longest),
      `${hung} of ${requests}`,
      Object.entries(answers)
        .map(([answer, count]) => (count === requests ? answer : `${count} × ${answer}`))
        .join(", "),
      (servedAfterMs === null ? "never" : seconds(servedAfterMs)) +
        (failedLater > 0 ? `, ${failedLater} failed later` : ""),
      undone === undefined ? "" : `${undone.logouts} of ${undone.of}`,
    ]),
  );
}

/** What sessionary promises and did not hold, in words. */
export function shortfalls(results: readonly Result[]): string[] {
  return results
    .filter(({ isOurs }) => isOurs)
    .flatMap(({ store, outage, requests, hung, answers, servedAfterMs, failedLater, undone }) => {
      const broken = [];
      if (requests === 0 || answers["503"] !== requests) broken.push(`answers ${JSON.stringify(answers)}`);
      if (hung > 0) broken.push(`${hung} requests hung until Redis was back`);
      if (servedAfterMs === null) broken.push("it did not recover");
      if (failedLater > 0) broken.push(`${failedLater} requests failed after it had recovered`);
      if (undone && undone.logouts > 0) broken.push(`${undone.logouts} logouts undone`);
      return broken.map((what) => `${store}, ${outage}: ${what}`);
    });
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
