import { SIZES, sampleSession } from "../sessions.js";

/** A listening server with the routes of `routes`. */
export interface App {
  url: string;
  close(): Promise<void>;
}

/** Sessions as the handlers use them. `R` is what a framework passes to a handler. */
export interface Access<R> {
  /** Returns the user who is logged in, or undefined. */
  username: (request: R) => Promise<unknown>;
  /** Writes one field. */
  countView: (request: R) => Promise<void>;
  logIn: (request: R, fields: Fields) => Promise<void>;
}

export type Fields = Record<string, unknown>;

interface Route<R> {
  method: "get" | "post";
  path: string;
  handle: (request: R) => Promise<{ status: number; body: object }>;
}

export const SECRET = "a secret of 32 characters or more that only this benchmark uses";

/**
 * Returns what every server answers: `GET /` greets anyone, `GET /me` only who is logged in, `POST /views` writes one
 * field, and `POST /login` logs in.
 */
export function routes<R>({ username, countView, logIn }: Access<R>): Route<R>[] {
  let logins = 0;
  const greet = async (request: R, unknownStatus: number) => {
    const name = await username(request);
    return name === undefined
      ? { status: unknownStatus, body: { username: null } }
      : { status: 200, body: { username: name } };
  };
  return [
    { method: "get", path: "/", handle: (request) => greet(request, 200) },
    { method: "get", path: "/me", handle: (request) => greet(request, 401) },
    {
      method: "post",
      path: "/views",
      async handle(request) {
        await countView(request);
        return { status: 200, body: {} };
      },
    },
    {
      method: "post",
      path: "/login",
      async handle(request) {
        await logIn(request, loginFields(logins++));
        return { status: 200, body: {} };
      },
    },
  ];
}

/** Handlers without sessions. */
export const NO_SESSIONS: Access<unknown> = {
  username: async () => "user-0",
  countView: async () => {},
  logIn: async () => {},
};

/** Handlers that read and change the fields of a session, which the framework saves. */
export function fieldsAccess<R>(fieldsOf: (request: R) => Fields | Promise<Fields>): Access<R> {
  return {
    username: async (request) => (await fieldsOf(request)).username,
    async countView(request) {
      const fields = await fieldsOf(request);
      fields.views = (fields.views as number) + 1;
    },
    logIn: async (request, given) => void Object.assign(await fieldsOf(request), given),
  };
}

/** Returns what a login stores: a session of 600 bytes without its cookie, which the framework adds. */
function loginFields(n: number): Fields {
  const { cookie: _, ...fields } = sampleSession(n, SIZES["600 B"]);
  return fields;
}
