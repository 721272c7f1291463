import assert from "node:assert/strict";
import type { SessionStore } from "sessionary";
import { type Action, type Answer, type Change, HOUR_MS, type Setup } from "./app.js";

export interface Asked extends Change {
  action: Action;
  /** The id in its cookie. */
  id: string | undefined;
  /** What the request must find, from what had been answered when it was sent. */
  dead: boolean;
  fields: ReadonlyMap<string, unknown> | undefined;
  sentAt: number;
}

interface Session {
  fields: Map<string, unknown>;
  /** Who wrote the field that all writers share, in the order of answers. */
  last: { value: string; sentAt: number; answeredAt: number }[];
  /** Of its cookie, in ms. */
  maxAge: number | null;
  mayLackUser?: boolean;
}

/** What ends the session that the request came with. */
const ENDS: readonly Action[] = ["login", "regenerate", "logout"];

/** What must be so, whatever the order, from nothing but what the server answered. */
export class Model {
  readonly #setup: Setup;
  readonly #framework: "express" | "fastify";
  readonly #sessions = new Map<string, Session>();
  readonly #dead = new Set<string>();
  /** Ids that a request under way may destroy, and fields that one may delete. */
  readonly #mayDie = new Set<string>();
  /** How many requests were sent that end a session, by its id. */
  readonly #ends = new Map<string, number>();
  readonly #mayGo = new Set<string>();
  #time = 0;

  constructor(framework: "express" | "fastify", setup: Setup) {
    this.#framework = framework;
    this.#setup = setup;
  }

  send(action: Action, change: Change, id: string | undefined): Asked {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (id !== undefined && ENDS.includes(action)) {
      this.#mayDie.add(id);
      this.#ends.set(id, (this.#ends.get(id) ?? 0) + 1);
    }
    if (action === "delete") this.#mayGo.add(change.field);
    return {
      ...change,
      action,
      id,
      dead: id !== undefined && this.#dead.has(id),
      fields: session && new Map(session.fields),
      sentAt: ++this.#time,
    };
  }

  answered(asked: Asked, status: number, answer: Answer): void {
    this.#checkLoaded(asked, answer);
    if (asked.action === "reload" && status === 401) {
      assert(this.#framework === "express", "only express-session fails to reload a session that is gone");
      assert(!this.#sessions.has(answer.id) || this.#mayDie.has(answer.id), "a live session can be reloaded");
    } else assert.equal(status, 200);
    this.#apply(asked, status, answer);
  }

  /** That the store holds the sessions that must be, and no other. */
  async check(store: SessionStore): Promise<void> {
    for (const id of this.#dead) assert.equal(await store.get(id), undefined, `${id} came back`);
    const stored = [];
    for await (const id of store.ids()) stored.push(id);
    const live = [...this.#sessions.keys()].filter((id) => !this.#dead.has(id));
    assert.deepEqual(stored.sort(), live.sort(), "the sessions that there are");
    for (const id of live) {
      const session = this.#sessions.get(id)!;
      const { fields, last, maxAge } = session;
      const { data, expiresAt } = (await store.get(id))!;
      const { cookie, last: lastValue, ...others } = data;
      if (session.mayLackUser && others.user === undefined) fields.delete("user");
      assert.deepEqual(others, Object.fromEntries(fields), `the fields of ${id}`);
      const latest = last.filter((write) => !last.some((other) => other.sentAt > write.answeredAt));
      const possible = latest.length > 0 ? latest.map(({ value }) => value) : [undefined];
      assert(
        possible.some((value) => value === lastValue),
        `an earlier write stands in ${id}`,
      );
      // express-session computes it anew from two readings of the clock each time.
      const { originalMaxAge } = cookie as { originalMaxAge: number };
      assert(Math.abs(originalMaxAge - maxAge!) < 1_000, `the cookie of ${id} lives ${originalMaxAge} ms`);
      // A touch that is due knows nothing of a longer life that another request gave meanwhile; the next
      // touch makes up for it.
      const lifetime = this.#setup.touchAfterMs === 0 ? HOUR_MS : maxAge!;
      assert(expiresAt > Date.now() + lifetime - 60_000, `${id} ends too early`);
    }
  }

  isDead(id: string): boolean {
    return this.#dead.has(id);
  }

  /** The fields of a live session but the shared one. */
  fieldsOf(id: string): Record<string, unknown> {
    return Object.fromEntries(this.#sessions.get(id)?.fields ?? []);
  }

  #checkLoaded({ id, dead, fields }: Asked, { loadedId, loaded }: Answer): void {
    if (id === undefined) return;
    if (dead) assert.notEqual(loadedId, id, "a request with the cookie of a dead session got it");
    if (loadedId !== id) {
      assert(!fields || this.#mayDie.has(id), "a request with the cookie of a live session did not get it");
      assert.deepEqual(loaded, {}, "a new session has no fields");
      return;
    }
    for (const [field, value] of fields ?? []) {
      if (this.#mayGo.has(field)) continue;
      if (field === "user" && this.#sessions.get(id)?.mayLackUser && loaded.user === undefined) continue;
      assert.equal(loaded[field], value, `${field} had been acknowledged`);
    }
  }

  #apply({ action, field, value, sentAt }: Asked, status: number, answer: Answer): void {
    const { id, loadedId, loaded, maxAge } = answer;
    const isNew = !this.#sessions.has(id);
    const session: Session = this.#sessions.get(id) ?? { fields: new Map(), last: [], maxAge };
    const shared = () => session.last.push({ value, sentAt, answeredAt: ++this.#time });
    let written = this.#setup.saveUninitialized;
    if (ENDS.includes(action)) this.#dead.add(loadedId);
    if (action === "logout") return;
    if (action === "login" || action === "regenerate") {
      const user = action === "login" ? value : loaded.user;
      if (user !== undefined) session.fields.set("user", user);
      // What `regenerate` copies from a session that another request ended is not stored.
      session.mayLackUser = action === "regenerate" && (this.#ends.get(loadedId) ?? 0) > 1;
      session.fields.set(field, value);
      written = true;
    } else if (action === "write" || action === "save-twice" || (action === "reload" && status === 200)) {
      session.fields.set(field, value);
      if (action === "save-twice") session.fields.set(`${field}-later`, value);
      shared();
      written = true;
    } else if (action === "delete") {
      session.fields.delete(field);
    } else if (action === "extend") {
      // @fastify/session looks at the fields only, and saves no cookie that changed alone, unless it rolls.
      if (this.#framework === "express" || this.#setup.saveUnchanged) session.maxAge = maxAge;
    }
    if (isNew && written) this.#sessions.set(id, session);
  }
}
