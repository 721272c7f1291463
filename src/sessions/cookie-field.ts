type Fields = Record<string, unknown>;

/** The field `cookie` that express-session and @fastify/session keep in a session's data. */
export interface CookieField {
  readonly value: unknown;
  /** Position among the fields. The order of fields must not change: it would look like a change of the data. */
  readonly index: number;
}

/** Takes the field `cookie` out of the data that express-session or @fastify/session stored. */
export function withoutCookieField(data: Fields): { data: Fields; field: CookieField | undefined } {
  const index = Object.keys(data).indexOf("cookie");
  if (index === -1) return { data, field: undefined };
  const { cookie: value, ...rest } = data;
  return { data: rest, field: { value, index } };
}

/** Puts the field `cookie` back where it was. */
export function withCookieField(data: Fields, { value, index }: CookieField): Fields {
  const entries = Object.entries(data).filter(([name]) => name !== "cookie");
  entries.splice(index, 0, ["cookie", value]);
  return Object.fromEntries(entries);
}
