import type { SessionEntry, SessionStore, UpdateOptions } from "sessionary";
import { call } from "./turns.js";

/** A store whose every call is sent, and answered, when its turn comes. */
export class GatedStore implements SessionStore {
  readonly inner: SessionStore;
  /** How often a write found no session: each must be reported as dropped. */
  readonly gone = { save: 0, touch: 0 };

  constructor(inner: SessionStore) {
    this.inner = inner;
  }

  get(id: string) {
    return call("get", () => this.inner.get(id));
  }

  create(id: string, entry: SessionEntry) {
    const written = snapshot(entry);
    return call("create", () => this.inner.create(id, written));
  }

  async update(id: string, entry: SessionEntry, options?: UpdateOptions) {
    const written = snapshot(entry);
    const what = options?.ifVersion === undefined ? "update" : "update if unchanged";
    const version = await call(what, () => this.inner.update(id, written, options));
    if (version === undefined) this.gone.save++;
    return version;
  }

  async touch(id: string, entry: SessionEntry) {
    const written = snapshot(entry);
    const found = await call("touch", () => this.inner.touch(id, written));
    if (!found) this.gone.touch++;
    return found;
  }

  destroy(id: string) {
    return call("destroy", () => this.inner.destroy(id));
  }

  ids() {
    return this.inner.ids();
  }

  count() {
    return this.inner.count();
  }

  clear() {
    return this.inner.clear();
  }

  close() {
    return this.inner.close();
  }
}

/** A write reads its entry before it returns, however late it is sent. */
function snapshot({ data, expiresAt }: SessionEntry): SessionEntry {
  return { data: JSON.parse(JSON.stringify(data)) as SessionEntry["data"], expiresAt };
}
