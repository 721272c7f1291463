import { setTimeout as sleep } from "node:timers/promises";
import { SessionConflictError, StoreUnavailableError } from "sessionary";
import type { Findings } from "../fault-case.js";

/** How much later than its deadline a call may settle: what a busy machine needs, and no more than a bound. */
export const ALLOWANCE_MS = 2_000;

/** What became of a call. */
export type Settled<R> = { value: R } | { error: unknown };

/** Counts calls and what became of them. */
export class Tally {
  calls = 0;
  inTime = 0;
  late = 0;
  succeeded = 0;
  /** When a call failed last, on `performance.now()`. */
  lastFailureAt = 0;
  /** Whether nothing is wrong with the servers, so that every failure is one too many. */
  isCalm = false;
  /** When the first call succeeded after `mark()`, on `performance.now()`. */
  firstSuccessAt: number | undefined;
  /** Answers that no correct store gives. */
  readonly wrong: string[] = [];
  /** Failures, by reason and outcome. */
  readonly failures = new Map<string, number>();
  readonly #deadlineMs: number;
  readonly #open = new Set<Promise<unknown>>();

  /** @param timeoutMs the deadline of each call */
  constructor(timeoutMs: number) {
    this.#deadlineMs = timeoutMs + ALLOWANCE_MS;
  }

  get pending(): number {
    return this.#open.size;
  }

  /** Makes a call and sees it through. It never rejects. */
  call<R>(what: string, make: () => Promise<R>): Promise<Settled<R>> {
    this.calls++;
    const start = performance.now();
    const settled: Promise<Settled<R>> = make().then(
      (value) => (this.#settle(start), this.#succeed(), { value }),
      (error: unknown) => (this.#settle(start), this.#fail(what, error), { error }),
    );
    this.#open.add(settled);
    void settled.then(() => this.#open.delete(settled));
    return settled;
  }

  wrongAnswer(what: string): void {
    this.wrong.push(what);
  }

  /** Looks out for the next call that succeeds. */
  mark(): void {
    this.firstSuccessAt = undefined;
  }

  /** Waits for what is under way, as long as it may take. */
  async settle(): Promise<void> {
    const bound = sleep(this.#deadlineMs, undefined, { ref: false });
    await Promise.race([Promise.all(this.#open), bound]);
  }

  /** Reports what no case lets pass: calls that hang or are late, wrong answers, errors without a type. */
  check(findings: Findings, who = ""): void {
    const of = who && ` (${who})`;
    findings.expectNone(this.pending, `calls never settled${of}`);
    findings.expectNone(this.late, `calls settled after their deadline${of}`);
    findings.expect(this.wrong.length === 0, `${this.wrong.length} wrong: ${this.wrong[0]}${of}`);
  }

  #settle(start: number): void {
    if (performance.now() - start <= this.#deadlineMs) this.inTime++;
    else this.late++;
  }

  #succeed(): void {
    this.succeeded++;
    this.firstSuccessAt ??= performance.now();
  }

  #fail(what: string, error: unknown): void {
    if (!(error instanceof Error) || !("code" in error))
      this.wrongAnswer(`${what} rejects with ${String(error)}`);
    this.lastFailureAt = performance.now();
    const key = failureOf(error);
    if (this.isCalm && !(error instanceof SessionConflictError))
      this.wrongAnswer(`${what} fails in calm: ${key}`);
    this.failures.set(key, (this.failures.get(key) ?? 0) + 1);
  }
}

/** An error in a word or two: `timeout, unknown`. */
export function failureOf(error: unknown): string {
  if (error instanceof StoreUnavailableError) return `${error.reason}, ${error.outcome}`;
  return error instanceof Error ? error.name : String(error);
}

export function sum(tallies: Iterable<Tally>, pick: (tally: Tally) => number): number {
  return [...tallies].reduce((total, tally) => total + pick(tally), 0);
}

/** The counts that every case prints. */
export function baseCounts(tallies: Iterable<Tally>, lost: number, broughtBack: number) {
  const all = [...tallies];
  return {
    calls: sum(all, ({ calls }) => calls),
    "in time": sum(all, ({ inTime }) => inTime),
    wrong: sum(all, ({ wrong }) => wrong.length),
    lost,
    "brought back": broughtBack,
  };
}
