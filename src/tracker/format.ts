import type { SessionData } from "../store.js";
import type { Lifetime } from "./lifetime.js";

/** The fields of a session that requests change and that are merged. */
export type Fields = Record<string, unknown>;

/**
 * Translates between what is stored and the fields that are merged, for frameworks that keep something of their own
 * in the data, such as a cookie with dates.
 */
export interface SessionFormat {
  /** Reason in the `payload-undecodable` event of data that is not a session of this framework. */
  readonly undecodableReason: string;
  /** Returns the fields of stored data, or undefined if the data is not a session of this framework. */
  fieldsOf(data: SessionData, expiresAt: number): Fields | undefined;
  /** Returns the data to store. */
  dataOf(fields: Fields, expiresAt: number): SessionData;
  /** Returns the part of the fields that a session without data has as well. */
  emptyOf(fields: Fields): Fields;
  /** Returns the lifetime that stored fields ask for, or undefined if the data does not say. */
  lifetimeOf(fields: Fields): Lifetime | undefined;
}

/** Stores the fields as they are. The lifetime is not stored: each save says it. */
export const plainFormat: SessionFormat = {
  undecodableReason: "not an object",
  fieldsOf: (data) => data,
  dataOf: (fields) => fields,
  emptyOf: () => ({}),
  lifetimeOf: () => undefined,
};
