import type { Redis } from "ioredis";
import { createStore } from "sessionary";
import type { RedisServer } from "../../support/redis-server.js";
import { userIdOf } from "../../users/stores.js";
import type { Findings } from "../fault-case.js";
import { CommandGate } from "./command-gate.js";
import { differences, indexKeys, minuteLater, standing } from "./user-audit.js";
import {
  type OperationName,
  type OptionsName,
  USER_OPERATIONS,
  USER_OPTIONS,
  sessionOf,
} from "./user-operations.js";
import { type Trial, UserTrials } from "./user-trials.js";
import { INDEX_KEYS } from "../../support/user-index-keys.js";

/** Deletes every user's index while operations are between two of their steps, and looks whether that heals. */
export class IndexLoss {
  losses = 0;
  unlisted = 0;
  putBack = 0;
  scanned = 0;
  readonly #server: RedisServer;
  readonly #raw: Redis;
  readonly #trials: UserTrials;

  constructor(server: RedisServer) {
    this.#server = server;
    this.#raw = server.client();
    this.#trials = new UserTrials(server);
  }

  async close(): Promise<void> {
    await this.#trials.close();
  }

  /** In one go for each number of commands that the operation may have done by then. */
  async meet(operation: OperationName, options: OptionsName, findings: Findings): Promise<void> {
    const wrong = (count: number, what: string) =>
      findings.expectNone(count, `${what} (${operation}, ${options})`);
    const store = this.#trials.store(options);
    const trials = await this.#lose(operation, options);
    const users = trials.flatMap(({ names }) => [names.ann, names.bob]);
    const before = await standing(this.#raw);
    let invalid = 0;
    for (const user of users) {
      const found = await differences(store, user, before);
      wrong(found.ghosts.length + found.twice.length, "sessions listed that are not there");
      this.unlisted += found.unlisted.length;
      for (const { id } of before.get(user) ?? []) if ((await store.get(id))?.data.id !== id) invalid++;
    }
    wrong(invalid, "live sessions that are no longer valid");

    for (const [i, user] of users.entries()) {
      const there = before.get(user) ?? [];
      if (i % 4 < 2) {
        const ended = await store.destroyByUser(user, { scan: true });
        this.scanned += ended;
        wrong(there.length - ended, "sessions that a scan does not end");
        continue;
      }
      const { length: lost } = (await differences(store, user, before)).unlisted;
      for (const { id } of there) {
        const entry = sessionOf(id, user);
        await (i % 4 === 2 ? store.touch(id, entry) : store.update(id, entry));
      }
      const now = await standing(this.#raw);
      const { length: still } = (await differences(store, user, now)).unlisted;
      this.putBack += lost - still;
      wrong(still, "sessions that are not listed although they were used");
      wrong(there.length - (await store.destroyByUser(user)), "sessions that destroyByUser does not end");
    }
    wrong((await standing(this.#raw)).size, "users with a session that is left");
    for (const { names } of trials) await store.destroy(names.session); // nobody's
    await minuteLater(this.#server, async () => {
      for (const user of users) await store.destroyByUser(user);
    });
    wrong(await indexKeys(this.#raw), "index keys left without a session");
    await this.#raw.flushall();
  }

  async #lose(operation: OperationName, options: OptionsName): Promise<Trial[]> {
    const total = await this.#trials.commandsOf(operation, options);
    await this.#raw.flushall();
    const plans = Array.from({ length: total + 1 }, (_, commands) => ({ operation, options, commands }));
    const trials = await Promise.all(plans.map((plan) => this.#trials.prepare(plan)));
    const gates = await Promise.all(
      trials.map(({ commands }) => CommandGate.start(this.#server.port, commands)),
    );
    const stores = gates.map(({ url }) =>
      createStore({ url, userIdOf, timeoutMs: 10_000, ...USER_OPTIONS[options] }),
    );
    const runs = trials.map(
      ({ names }, i) => USER_OPERATIONS[operation].run(stores[i]!, names).catch(() => {}), // whatever it makes of that
    );
    await Promise.all(runs.map((run, i) => Promise.race([run, gates[i]!.held()])));
    this.losses += await this.#raw.del(await this.#raw.keys(INDEX_KEYS));
    for (const gate of gates) gate.allow(Infinity);
    await Promise.all(runs);
    for (const store of stores) await store.close();
    for (const gate of gates) await gate.close();
    return trials;
  }
}
