import type { FastifyReply, FastifyRequest } from "fastify";

/** @fastify/session's session object. */
export type Session = FastifyRequest["session"];

/** Methods of the session object: a stored field of such a name would take its place, or that of all. */
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

/** @throws TypeError if a field that would be stored has the name of a method. */
export function assertNoMethod(session: object): void {
  const method = METHODS.find((name) => Object.prototype.propertyIsEnumerable.call(session, name));
  if (method === undefined) return;
  throw new TypeError(`a session can't have a field "${method}": @fastify/session has a method of that name`);
}

/** True if @fastify/session made this session object; false for plain data that was passed to `set`. */
export function isLive(session: object | null | undefined): session is Session {
  return typeof (session as { isModified?: unknown } | null | undefined)?.isModified === "function";
}

/** Keeps the cookie of a session that is gone out of the reply: the client may have its successor's by now. */
export function keepCookieOut(reply: FastifyReply, { encryptedSessionId }: Session): void {
  const { setCookie } = reply as unknown as {
    setCookie: (name: string, value: string, ...rest: unknown[]) => unknown;
  };
  Object.assign(reply, {
    setCookie: (name: string, value: string, ...rest: unknown[]) =>
      value.endsWith(encryptedSessionId) ? reply : setCookie.call(reply, name, value, ...rest),
  });
}
