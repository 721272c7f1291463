import type { SessionRecord } from "sessionary";
import type { Action } from "./actions.js";
import { type Fields, copyOf } from "./edits.js";
import { expectedFields } from "./expected-fields.js";
import { type Expected, fieldsOf, lifetimeOf } from "./expected-sessions.js";

/** What a request changes in a session before it saves it. */
export interface Change {
  readonly asked: Asked;
  readonly id: string;
  /** Field that no other change sets: it shows which writes contain this one. Undefined if only the cookie changes. */
  readonly marker: string | undefined;
  readonly before: Fields;
  readonly after: Fields;
  readonly lifetimeMs: number | undefined;
  isStored: boolean;
  /** `"covered"`: it may be in a write whose lifetime is that of a later change. */
  lifetime: "pending" | "covered" | "stored";
}

/** A change before it is saved. */
export type NewChange = Omit<Change, "isStored" | "lifetime">;

/** Tab that sends a request. */
export interface Sender {
  tab: number;
  /** Server that it sends to. */
  server: number;
  /** Field that it set last. */
  previous: string;
}

/** A request: what it is to do, and what it has met so far. */
export class Asked {
  readonly number: number;
  readonly name: string;
  readonly action: Action;
  /** A field and a value that no other request sets. */
  readonly field: string;
  readonly value: string;
  /** Field that the tab set last. */
  readonly previous: string;
  readonly server: number;
  readonly changes: Change[] = [];
  /** Read of a session before the handler ran. */
  load: { id: string; isFound: boolean; fields: Fields; lifetimeMs: number | undefined } | undefined;
  hasBegun = false;
  /** True if the last read of a session found it. */
  wasFound = false;
  /** When the handler was done with its session. */
  finishedAt = 0;
  /** True if it saves a session that is gone when its handler is done. */
  savesGone = false;
  /** Fields that this request and the store last agreed on, by session. */
  readonly #snapshots = new Map<string, Fields>();
  /** Fields of sessions that others ended, by the id of the session that followed. */
  readonly #ended = new Map<string, Fields[]>();

  constructor(number: number, action: Action, { tab, server, previous }: Sender) {
    this.number = number;
    this.server = server;
    this.name = `tab ${tab}, request ${number} (${action.kind})`;
    this.action = action;
    this.field = `field-${number}`;
    this.value = `value-${number}`;
    this.previous = previous;
  }

  /** Notes what a read of the store returned to this request. */
  read(id: string, record: SessionRecord | undefined): void {
    const fields = record === undefined ? {} : fieldsOf(record);
    const isFound = record !== undefined;
    if (!this.hasBegun) this.load = { id, isFound, fields, lifetimeMs: record && lifetimeOf(record) };
    this.wasFound = isFound;
    if (isFound) this.stored(id, fields);
  }

  /** Notes a change that this request makes before it saves. */
  changed(change: NewChange): Change {
    const noted: Change = { ...change, isStored: false, lifetime: "pending" };
    this.changes.push(noted);
    return noted;
  }

  /** Notes what this request and the store agree on after a write. */
  stored(id: string, fields: Fields): void {
    this.#snapshots.set(id, fields);
  }

  /** Notes that this request has regenerated its session. @param old what became of the session before. */
  regenerated(oldId: string, newId: string, old: Expected | undefined): void {
    const snapshot = this.#snapshots.get(oldId);
    const wasEndedByOthers = snapshot !== undefined && old?.end !== this;
    const ended = this.#ended.get(oldId) ?? [];
    this.#ended.set(newId, wasEndedByOthers ? [...ended, snapshot] : ended);
  }

  /** Returns fields without those that are the same in a session which others ended before this one followed it. */
  withoutEnded(id: string, fields: Fields): Fields {
    const ended = this.#ended.get(id) ?? [];
    return ended.reduce((rest, each) => expectedFields(each, rest, {}), copyOf(fields));
  }
}
