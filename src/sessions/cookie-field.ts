type Fields = Record<string, unknown>;

/** The field `cookie` that express-session and @fastify/session keep in a session's data. */
export interface CookieField {
  readonly value: unknown;
  /**
   * Position among the fields. The order of the fields must not change, since that would count as a change of the
   * data.
   */
  readonly index: number;
}

/** Removes the field `cookie` from data that express-session or @fastify/session stored. */
export function withoutCookieField(data: Fields): { data: Fields; field: CookieField | undefined } {
  const index = Object.keys(data).indexOf("cookie");
  if (index === -1) return { data, field: undefined };
  const { cookie: value, ...rest } = data;
  return { data: rest, field: { value, index } };
}

/** Inserts the field `cookie` at its old position. */
export function withCookieField(data: Fields, { value, index }: CookieField): Fields {
  const entries = Object.entries(data).filter(([name]) => name !== "cookie");
  entries.splice(index, 0, ["cookie", value]);
  return Object.fromEntries(entries);
}
