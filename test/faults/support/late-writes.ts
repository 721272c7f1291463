import { randomUUID } from "node:crypto";
import type { Cluster, Redis } from "ioredis";
import type { SessionStore } from "sessionary";
import { waitUntil } from "../../support/wait-until.js";
import { Tally } from "./tally.js";
import { entryOf } from "./traffic.js";
import type { Subject } from "./variants.js";

/** What another server writes meanwhile; nothing late may replace it. */
const LATEST = 99;
const EACH = 5;

/** Writes that are under way when an outage begins, on sessions that others destroy or change during it. */
export class LateWrites {
  readonly tally: Tally;
  readonly subject: Subject;
  readonly #updated = ids("updated");
  readonly #compared = ids("compared");
  readonly #touched = ids("touched");
  readonly #created = ids("created");
  /** Changed by others, and not destroyed. */
  readonly #kept = ids("kept");
  readonly #versions = new Map<string, string>();

  constructor(subject: Subject, timeoutMs: number) {
    this.subject = subject;
    this.tally = new Tally(timeoutMs);
  }

  async prepare(): Promise<void> {
    const { store } = this.subject;
    await waitUntil("the store answers", () => store.count().then(() => true));
    for (const id of [...this.#updated, ...this.#compared, ...this.#touched, ...this.#kept]) {
      this.#versions.set(id, await store.create(id, entryOf(id, 0)));
    }
  }

  /** Makes the calls, all of which meet the outage. */
  async attempt(): Promise<void> {
    const { store } = this.subject;
    const { tally } = this;
    await Promise.all([
      ...this.#updated.map((id) => tally.call("update", () => store.update(id, entryOf(id, 1)))),
      ...this.#compared.map((id) =>
        tally.call("update", () => store.update(id, entryOf(id, 1), this.#ifSame(id))),
      ),
      ...this.#touched.map((id) => tally.call("touch", () => store.touch(id, entryOf(id, 1)))),
      ...this.#created.map((id) => tally.call("create", () => store.create(id, entryOf(id, 1)))),
      ...this.#kept.map((id) =>
        tally.call("update", () => store.update(id, entryOf(id, 1), this.#ifSame(id))),
      ),
    ]);
  }

  /** What other servers do meanwhile, by a store of their own: log out, and change the sessions that stay. */
  async overtake(other: SessionStore): Promise<void> {
    for (const id of this.#kept) {
      await waitUntil(
        "the session is changed",
        async () => (await other.update(id, entryOf(id, LATEST))) !== undefined,
      );
    }
    const victims = [...this.#updated, ...this.#compared, ...this.#touched, ...this.#created];
    await Promise.all(
      victims.map((id) => waitUntil("the session is destroyed", () => other.destroy(id).then(() => true))),
    );
  }

  /** How many of the destroyed ones are there, and how many of those kept are not as they were left. */
  async compare(raw: Redis | Cluster): Promise<{ broughtBack: number; altered: number }> {
    const victims = [...this.#updated, ...this.#compared, ...this.#touched, ...this.#created];
    const there = await Promise.all(victims.map((id) => raw.exists(`sess:${id}`)));
    const texts = await Promise.all(this.#kept.map((id) => raw.get(`sess:${id}`)));
    return {
      broughtBack: there.filter((count) => count === 1).length,
      altered: texts.filter((text) => !text?.includes(`"n":${LATEST},`)).length,
    };
  }

  #ifSame(id: string) {
    const ifVersion = this.#versions.get(id);
    return ifVersion === undefined ? {} : { ifVersion };
  }
}

function ids(kind: string): string[] {
  return Array.from({ length: EACH }, () => `${kind}-${randomUUID()}`);
}
