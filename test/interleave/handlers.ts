import type { Visit as AdapterVisit } from "../adapters/support.js";
import { lifetimeOf } from "./actions.js";
import type { Asked } from "./asked.js";
import { type Fields, SEED, apply, copyOf } from "./edits.js";
import type { GatedStore } from "./gated-store.js";
import type { Model } from "./model.js";
import { pause } from "./turns.js";

/** What the handlers answer: the session at the end, and as it was loaded. */
export interface Answer {
  status: number;
  /** Null if the session was destroyed. */
  id: string | null;
  loadedId: string;
  loaded: Fields;
}

/** What handlers use beside the session. */
export interface Surroundings {
  model: Model;
  store: GatedStore;
}

/** What a handler can do with its session. `createSessions` has one lifetime for all sessions, and no `reload`. */
export type Visit = Omit<AdapterVisit, "cookie" | "reload"> &
  Partial<Pick<AdapterVisit, "cookie" | "reload">>;

/** Runs the handler of a request, and tells the model what it changes. */
export async function handle(visit: Visit, number: number, { model, store }: Surroundings): Promise<Answer> {
  const asked = model.find(number);
  asked.hasBegun = true;
  const handling = new Handling(visit, asked, model, store);
  const loadedId = visit.id;
  const loaded = handling.fields();
  const status = await handling.run();
  const isDestroyed = ["logout", "save-and-destroy"].includes(asked.action.kind);
  const id = isDestroyed ? null : visit.id;
  model.finished(asked, id);
  return { status, id, loadedId, loaded };
}

/** Handlers as everybody writes them, the same for all servers. */
class Handling {
  readonly #visit: Visit;
  readonly #asked: Asked;
  readonly #model: Model;
  readonly #store: GatedStore;
  /** True if the fields of the session, which `createSessions` keeps, are all new to its id. */
  #isRegenerated = false;

  constructor(visit: Visit, asked: Asked, model: Model, store: GatedStore) {
    this.#visit = visit;
    this.#asked = asked;
    this.#model = model;
    this.#store = store;
  }

  fields(): Fields {
    const { cookie: _, ...fields } = this.#visit.session;
    return copyOf(fields);
  }

  async run(): Promise<number> {
    const { action, field, value, previous } = this.#asked;
    const { kind, edits, user } = action;
    const visit = this.#visit;
    const later = `${field}-later`;
    const setOwn = (fields: Fields) => void (fields[field] = fields.last = value);
    const setLater = (fields: Fields) => void (fields[later] = value);
    await this.#work();
    switch (kind) {
      case "login":
        await this.#regenerate();
        this.#change((fields) => Object.assign(fields, copyOf(SEED), { user, [field]: value }), field);
        await visit.save();
        break;
      case "save-twice":
        this.#change(setOwn, field);
        await visit.save();
        await this.#work();
        this.#change(setLater, later);
        break;
      case "save-at-once": {
        this.#change(setOwn, field);
        const saved = visit.save();
        this.#change(setLater, later);
        await Promise.all([saved, visit.save()]);
        break;
      }
      case "write":
        this.#change(setOwn, field);
        break;
      case "edit":
        this.#change((fields) => {
          for (const each of edits) apply(fields, each, value);
          fields[field] = value;
        }, field);
        break;
      case "remember":
      case "forget":
        this.#change(setOwn, field, lifetimeOf(kind, this.#asked.number));
        break;
      case "change-cookie":
        this.#change(() => {}, undefined, lifetimeOf(kind, this.#asked.number));
        break;
      case "delete":
        this.#change((fields) => {
          delete fields[previous];
          fields[field] = value;
        }, field);
        break;
      case "reload":
        try {
          await visit.reload?.();
        } catch {
          return 401;
        }
        this.#change(setOwn, field);
        break;
      case "regenerate":
      case "regenerate-twice":
      case "save-and-regenerate": {
        if (kind === "save-and-regenerate") {
          this.#change(setLater, later);
          await visit.save();
          await this.#work();
        }
        const { user, profile } = this.fields();
        await this.#regenerate();
        if (kind === "regenerate-twice") await this.#regenerate();
        this.#change((fields) => {
          Object.assign(fields, user !== undefined && { user }, profile !== undefined && { profile });
          for (const each of edits) apply(fields, each, value);
          fields[field] = value;
        }, field);
        break;
      }
      case "save-and-destroy": {
        this.#change(setOwn, field);
        const saved = visit.save();
        await Promise.all([saved, visit.destroy()]);
        break;
      }
      case "logout":
        await visit.destroy();
        break;
      case "logout-everywhere":
        await this.#store.destroyByUser(this.fields().user);
        break;
    }
    return 200;
  }

  #work(): Promise<void> {
    return pause(this.#asked.action);
  }

  async #regenerate(): Promise<void> {
    const { id } = this.#visit;
    await this.#visit.regenerate();
    this.#isRegenerated = true;
    this.#model.regenerated(this.#asked, id, this.#visit.id);
  }

  #change(edit: (fields: Fields) => unknown, marker: string | undefined, newLifetimeMs?: number): void {
    const visit = this.#visit;
    const lifetimeMs = visit.cookie && newLifetimeMs;
    if (marker === undefined && lifetimeMs === undefined) return;
    const before = this.#isRegenerated ? {} : this.fields();
    this.#isRegenerated = false;
    edit(visit.session);
    if (lifetimeMs !== undefined) visit.cookie!.maxAge = lifetimeMs;
    const after = this.fields();
    this.#model.changed({ asked: this.#asked, id: visit.id, marker, before, after, lifetimeMs });
  }
}
