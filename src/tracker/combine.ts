import { stringify } from "../codec/json.js";
import type { Fields } from "./format.js";
import { type Lifetime, endOf, sameLifetime } from "./lifetime.js";
import { merge } from "./merge.js";
import type { Base, Snapshot } from "./state.js";

/** Fields and lifetime of one call of `save`, as the request has them. */
export interface Change {
  /** JSON of the fields. */
  readonly text: string;
  /** Returns the fields. The request may change them as soon as the caller awaits something. */
  readonly fields: () => Fields;
  readonly lifetime: Lifetime;
}

/** The record that a save would store. */
export interface Next {
  readonly text: string;
  readonly fields: () => Fields;
  readonly lifetime: Lifetime;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** False if the record differs from the stored one at most by a later expiry. */
  readonly changed: boolean;
}

/**
 * Applies changes, in order, to the stored record: `next = merge(snapshot, mine, base)` for each.
 *
 * The expiry is merged like a field. A change that keeps the lifetime of its snapshot uses the stored lifetime, and
 * never makes the expiry earlier. A change of the lifetime replaces the stored one.
 * @param changes At least one change, each with the snapshot that it is based on.
 */
export function combine(changes: { snapshot: Snapshot; change: Change }[], base: Base, now: number): Next {
  let { text, expiresAt } = base;
  let fields: (() => Fields) | undefined;
  let lifetime = base.lifetime;
  let changed = base.needsWrite;
  if (base.needsWrite) expiresAt = 0; // the record may have no expiry
  for (const { snapshot, change } of changes) {
    if (change.text !== snapshot.text) {
      if (text === snapshot.text) ({ text, fields } = change);
      else {
        const merged = merge(parse(snapshot.text), parse(change.text), parse(text));
        text = stringify(merged);
        fields = () => merged;
      }
    }
    if (snapshot.lifetime !== undefined && !sameLifetime(snapshot.lifetime, change.lifetime)) {
      lifetime = change.lifetime;
      expiresAt = endOf(lifetime, now);
      changed = true;
    } else {
      lifetime ??= change.lifetime;
      expiresAt = Math.max(expiresAt, endOf(lifetime, now));
    }
  }
  const stored = text;
  return {
    text,
    fields: fields ?? (() => parse(stored)),
    lifetime: lifetime!,
    expiresAt,
    changed: changed || text !== base.text,
  };
}

function parse(text: string): Fields {
  return JSON.parse(text) as Fields;
}
