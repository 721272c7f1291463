import type { FastifyReply, FastifyRequest } from "fastify";

/** Session object of @fastify/session. */
export type Session = FastifyRequest["session"];

/**
 * Methods of the session object. A stored field of the same name would replace the method, or with `__proto__` all
 * methods.
 */
const METHODS = [
  "__proto__",
  "options",
  "touch",
  "regenerate",
  "get",
  "set",
  "destroy",
  "reload",
  "save",
  "isModified",
  "isSaved",
];

/** True if a field of stored data has the name of a method. */
export function hidesMethod(data: object): boolean {
  return METHODS.some((name) => Object.hasOwn(data, name));
}

/** Throws a TypeError if a field to store has the name of a method. */
export function assertNoMethod(session: object): void {
  const method = METHODS.find((name) => Object.prototype.propertyIsEnumerable.call(session, name));
  if (method === undefined) return;
  throw new TypeError(`a session can't have a field "${method}": @fastify/session has a method of that name`);
}

/** True if @fastify/session created this session object. False for plain data that was passed to `set`. */
export function isLive(session: object | null | undefined): session is Session {
  return typeof (session as { isModified?: unknown } | null | undefined)?.isModified === "function";
}

/**
 * Prevents the reply from setting the cookie of a session that is gone, since the client may already have the cookie
 * of its successor.
 */
export function keepCookieOut(reply: FastifyReply, { encryptedSessionId }: Session): void {
  const { setCookie } = reply as unknown as {
    setCookie: (name: string, value: string, ...rest: unknown[]) => unknown;
  };
  Object.assign(reply, {
    setCookie: (name: string, value: string, ...rest: unknown[]) =>
      value.endsWith(encryptedSessionId) ? reply : setCookie.call(reply, name, value, ...rest),
  });
}
