import {
  type CreateOptions,
  type SessionEntry,
  type SessionStore,
  type UpdateOptions,
  type UserSessionStore,
} from "sessionary";
import { copyOf } from "./edits.js";
import type { Model } from "./model.js";
import { call } from "./turns.js";

/** A store whose every call is sent, and answered, when its turn comes. The model checks what it does. */
export class GatedStore implements SessionStore {
  /** No deadline passes, however slow the machine is. */
  readonly timeoutMs = 600_000;
  readonly #inner: UserSessionStore;
  readonly #hasUsers: boolean;
  readonly #model: () => Model;

  constructor(inner: UserSessionStore, hasUsers: boolean, model: () => Model) {
    this.#inner = inner;
    this.#hasUsers = hasUsers;
    this.#model = model;
  }

  get(id: string) {
    return call("get", id, async () => {
      const record = await this.#inner.get(id);
      this.#check(id, (model, shownId) => model.read(shownId, record));
      return record;
    });
  }

  create(id: string, entry: SessionEntry, options?: CreateOptions) {
    const written = snapshot(entry);
    return call("create", id, async () => {
      const version = await this.#inner.create(id, written, options);
      this.#check(id, (model, shownId) => model.created(shownId, written, version));
      return version;
    });
  }

  update(id: string, entry: SessionEntry, options?: UpdateOptions) {
    const written = snapshot(entry);
    return call("update", id, async () => {
      const version = await this.#checked(id, options, this.#inner.update(id, written, options));
      this.#check(id, (model, shownId) => model.updated(shownId, written, version));
      return version;
    });
  }

  touch(id: string, entry: SessionEntry, options?: UpdateOptions) {
    const written = snapshot(entry);
    return call("touch", id, async () => {
      const exists = await this.#checked(id, options, this.#inner.touch(id, written, options));
      this.#check(id, (model, shownId) => model.touched(shownId, written, exists));
      return exists;
    });
  }

  destroy(id: string) {
    return call("destroy", id, async () => {
      const existed = await this.#inner.destroy(id);
      this.#check(id, (model, shownId) => model.destroyed(shownId, existed));
      return existed;
    });
  }

  /** Ends the sessions of a user, if there is one and the store knows users. */
  async destroyByUser(user: unknown): Promise<void> {
    if (typeof user !== "string" || !this.#hasUsers) return;
    await call("destroyByUser", user, async () => {
      const count = await this.#inner.destroyByUser(user);
      this.#model().checking((model) => model.destroyedByUser(user, count));
    });
  }

  ids() {
    return this.#inner.ids();
  }

  count() {
    return this.#inner.count();
  }

  clear() {
    return this.#inner.clear();
  }

  close() {
    return this.#inner.close();
  }

  #check(id: string, check: (model: Model, shownId: string) => void): void {
    this.#model().checking((model) => check(model, model.shownId(id)));
  }

  async #checked<R>(id: string, options: UpdateOptions | undefined, writing: Promise<R>): Promise<R> {
    try {
      return await writing;
    } catch (error) {
      this.#check(id, (model, shownId) => model.rejected(shownId, options?.ifVersion, error));
      throw error;
    }
  }
}

/** A write reads its entry before it returns, however late it is sent. */
function snapshot({ data, expiresAt }: SessionEntry): SessionEntry {
  return { data: copyOf(data), expiresAt };
}
