import type { Redis } from "ioredis";
import type { UserSessionStore } from "sessionary";
import type { RedisServer } from "../../support/redis-server.js";
import type { Findings } from "../fault-case.js";
import { type Standing, differences, indexKeys, minuteLater, standing } from "./user-audit.js";
import { MAX_PER_USER, USER_OPERATIONS, USER_OPTIONS, sessionOf } from "./user-operations.js";
import type { Trial, UserTrials } from "./user-trials.js";

type Task = (trial: Trial, store: UserSessionStore) => Promise<unknown>;

/** Looks at what a killed process has left: does every session show that is there, and can its user end it? */
export class UserJudge {
  #wrong = new Map<string, Trial[]>();
  readonly #trials: UserTrials;
  readonly #server: RedisServer;
  readonly #raw: Redis;

  constructor(trials: UserTrials, server: RedisServer) {
    this.#trials = trials;
    this.#server = server;
    this.#raw = server.client();
  }

  get wrong(): number {
    return [...this.#wrong.values()].flat().length;
  }

  async judge(done: Trial[]): Promise<void> {
    const each = (task: Task) =>
      Promise.all(done.map((trial) => task(trial, this.#trials.store(trial.options))));
    await this.#compare(each, "after the kill");
    await each((trial, store) => this.#signIn(trial, store));
    await this.#compare(each, "after ann has signed in again");

    await minuteLater(this.#server, async () => {
      // Before anything else is asked, which may tidy up.
      let found = await standing(this.#raw);
      await each((trial, store) => this.#signInLater(trial, store, found));
      found = await this.#compare(each, "a minute later");
      await each((trial, store) => this.#revoke(trial, store, found));
      found = await standing(this.#raw);
      await each(async (trial, store) => {
        const left = usersOf(trial).flatMap((user) => found.get(user) ?? []);
        if (left.some(({ isTracked }) => isTracked)) this.#report(trial, "a session can't be ended");
        await store.destroy(trial.names.session); // nobody's, or another writer's
        for (const user of usersOf(trial)) await store.destroyByUser(user);
      });
      if ((await indexKeys(this.#raw)) > 0) this.#report(done[0]!, "an index is left without a session");
    });
    await this.#raw.flushall();
  }

  check(findings: Findings): void {
    for (const [what, trials] of this.#wrong) {
      findings.expect(false, `${trials.length} times ${what}, first: ${nameOf(trials[0]!)}`);
    }
  }

  async #compare(each: (task: Task) => Promise<unknown>, when: string): Promise<Standing> {
    const found = await standing(this.#raw);
    await each(async (trial, store) => {
      for (const user of usersOf(trial)) {
        const { ghosts, twice, unlisted } = await differences(store, user, found);
        ghosts.forEach(() => this.#report(trial, `a session is listed that is not there ${when}`));
        twice.forEach(() => this.#report(trial, `a session is listed twice ${when}`));
        unlisted.forEach(() => this.#report(trial, `a session is not listed ${when}`));
      }
    });
    return found;
  }

  /** By the same id, if it is free: as after a login that failed. */
  async #signIn(trial: Trial, store: UserSessionStore): Promise<void> {
    const { session, ann } = trial.names;
    const id = (await store.get(session)) === undefined ? session : `again-${session}`;
    const code = await codeOf(store.create(id, sessionOf(id, ann)));
    const mayBeFull = trial.options === "a cap that rejects" && code === "ERR_SESSION_LIMIT";
    if (code !== undefined && !mayBeFull) this.#report(trial, `ann can't sign in: ${code}`);
  }

  async #signInLater(trial: Trial, store: UserSessionStore, found: Standing): Promise<void> {
    for (const user of usersOf(trial)) {
      const id = `later-${user}`;
      const code = await codeOf(store.create(id, sessionOf(id, user)));
      const isFull = code === "ERR_SESSION_LIMIT" && (found.get(user)?.length ?? 0) >= MAX_PER_USER;
      if (code !== undefined && !isFull) this.#report(trial, `a user can't sign in a minute later: ${code}`);
    }
  }

  async #revoke(trial: Trial, store: UserSessionStore, found: Standing): Promise<void> {
    // Another writer's session enters with its first touch, which is no login.
    const { before } = USER_OPERATIONS[trial.operation];
    const isCapped = "maxPerUser" in USER_OPTIONS[trial.options] && before !== "another writer's";
    for (const user of usersOf(trial)) {
      const all = found.get(user) ?? [];
      const tracked = all.filter(({ isTracked }) => isTracked).length;
      if (isCapped && tracked > MAX_PER_USER) this.#report(trial, "there are more sessions than the cap");
      const ended = await store.destroyByUser(user);
      if (ended < tracked || ended > all.length) this.#report(trial, "destroyByUser ends not all");
    }
  }

  #report(trial: Trial, what: string): void {
    this.#wrong.set(what, [...(this.#wrong.get(what) ?? []), trial]);
  }
}

function usersOf({ names }: Trial): string[] {
  return [names.ann, names.bob];
}

function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: { code?: string }) => String(error.code),
  );
}

function nameOf({ operation, options, commands, meanwhile, lateBy }: Trial): string {
  const frozen = lateBy ? `, then ${lateBy} passes` : "";
  const then = meanwhile ? `, then ${meanwhile.what}, then ${meanwhile.more} more` : "";
  return `${operation} with ${options}, ${commands} commands${frozen}${then}`;
}
