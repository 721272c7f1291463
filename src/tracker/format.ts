import type { SessionData } from "../store.js";
import type { Lifetime } from "./lifetime.js";

/** Fields of a session, which requests change and the tracker merges. */
export type Fields = Record<string, unknown>;

/**
 * Converts between stored data and the fields to merge, for frameworks that add their own fields to the data, such as
 * a cookie with dates.
 */
export interface SessionFormat {
  /** Reason in the event `payload-undecodable`, for data that is not a session of this framework. */
  readonly undecodableReason: string;
  /** Returns the fields of stored data, or undefined if the data is not a session of this framework. */
  fieldsOf(data: SessionData, expiresAt: number): Fields | undefined;
  /**
   * Returns the JSON of the fields, made from the JSON of their data, or undefined if that is not possible. Optional: it
   * saves the tracker from converting all fields of each loaded session.
   */
  textOf?(fields: Fields, data: SessionData, text: string): string | undefined;
  /** Returns the data to store. */
  dataOf(fields: Fields, expiresAt: number): SessionData;
  /**
   * Returns the fields that the successor of an ended session keeps in any case, such as its lifetime. The tracker calls
   * it only after `regenerate` of a session that another request has ended. It then drops the fields of the successor
   * that are equal to those of the ended session, except these. An object in these fields, even an empty one, is
   * compared key by key.
   * @example
   * // The fields are { values: { user: "ann" }, keepForMs: 3_600_000 }.
   * emptyOf: ({ keepForMs }) => ({ values: {}, keepForMs }),
   */
  emptyOf(fields: Fields): Fields;
  /** Returns the lifetime of stored fields, or undefined if they do not contain it. */
  lifetimeOf(fields: Fields): Lifetime | undefined;
}

/** Stores the fields unchanged. Does not store the lifetime, which each save passes. */
export const plainFormat: SessionFormat = {
  undecodableReason: "not an object",
  fieldsOf: (data) => data,
  textOf: (_fields, _data, text) => text,
  dataOf: (fields) => fields,
  emptyOf: () => ({}),
  lifetimeOf: () => undefined,
};
