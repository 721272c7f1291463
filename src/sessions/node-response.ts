import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";

/** Response of node:http, or of the compatibility API of node:http2. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

type HeaderValue = number | string | readonly string[];
type HeaderList = readonly (readonly [name: string, value: HeaderValue])[];

/** Arguments of `writeHead`. */
export type HeadArguments = [statusCode: number, reason?: string | object, headers?: object];

/** Methods that send the headers of a response. */
export interface SendingMethods {
  writeHead: (...args: HeadArguments) => unknown;
  write: (...args: unknown[]) => boolean;
  end: (...args: unknown[]) => unknown;
  flushHeaders: () => void;
}

/** Status and headers of a response that is not sent yet. */
export interface Head {
  readonly statusCode: number;
  readonly headers: Record<string, HeaderValue>;
}

/** False for an object that replaces the response during an upgrade, such as to a WebSocket in socket.io. */
export function canHoldBack(res: Partial<NodeResponse>): boolean {
  return typeof res.getHeaders === "function";
}

export function headOf(res: NodeResponse): Head {
  return { statusCode: res.statusCode, headers: res.getHeaders() as Head["headers"] };
}

/** Restores the status and the headers of a response. */
export function restoreHead(res: NodeResponse, head: Head): void {
  restoreHeaders(res, head);
  res.statusCode = head.statusCode;
  if (!isHttp2(res)) res.statusMessage = "";
}

export function restoreHeaders(res: NodeResponse, { headers }: Pick<Head, "headers">): void {
  for (const name of res.getHeaderNames()) if (!(name in headers)) res.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) setHeader(res, name, value);
}

/**
 * Applies the arguments of `writeHead` to a response without sending them.
 * @throws the same errors as `writeHead` if a header or the status is not valid.
 */
export function applyHead(res: NodeResponse, [statusCode, reason, headers]: HeadArguments): void {
  for (const [name, value] of listOf(typeof reason === "string" ? headers : (headers ?? reason)))
    setHeader(res, name, value);
  res.statusCode = statusCode;
  if (typeof reason === "string" && !isHttp2(res)) res.statusMessage = reason;
}

/**
 * Sets the headers of an error, such as `Retry-After`, on a response, since not every framework sends them with the
 * status of the error. Does nothing if the headers are already sent.
 */
export function applyErrorHeaders(res: NodeResponse, error: unknown): void {
  if (res.headersSent) return;
  for (const [name, value] of Object.entries(errorHeaders(error))) setHeader(res, name, value);
}

/** Returns the headers of an error. */
export function errorHeaders(error: unknown): Record<string, string> {
  return (error as { headers?: Record<string, string> } | null | undefined)?.headers ?? {};
}

/** Adds a `Set-Cookie` header to a response, and keeps its other ones. */
export function addCookie(res: NodeResponse, setCookie: string): void {
  const others = res.getHeader("set-cookie") as string | string[] | undefined;
  setHeader(res, "set-cookie", others === undefined ? setCookie : [others, setCookie].flat());
}

/** Sends a Fetch API response, whose body was read, as the response of node:http. */
export function sendResponse(res: NodeResponse, response: Response, body: Uint8Array): void {
  if (res.destroyed) return;
  res.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== "set-cookie") setHeader(res, name, value);
  for (const setCookie of response.headers.getSetCookie()) addCookie(res, setCookie);
  (res as ServerResponse).end(body);
}

/** True if `write` and `end` accept a first argument. */
export function isChunk(chunk: unknown): boolean {
  return !chunk || typeof chunk === "string" || typeof chunk === "function" || chunk instanceof Uint8Array;
}

/** Returns the error that Node.js throws for a change of headers after they were sent. */
export function headersSentError(action: "append" | "remove" | "set" | "write"): Error {
  return Object.assign(new Error(`Cannot ${action} headers after they are sent to the client`), {
    code: "ERR_HTTP_HEADERS_SENT",
  });
}

/**
 * Returns the headers of `writeHead`, which may be an object, a flat list, or a list of pairs, as a list of pairs
 * with each name once.
 */
function listOf(headers: object | undefined): HeaderList {
  if (headers === undefined || headers === null) return [];
  if (!Array.isArray(headers)) return Object.entries(headers as Record<string, HeaderValue>);
  const flat = headers.flat(1) as string[];
  const byName = new Map<string, [name: string, value: string | string[]]>();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name, value] = [flat[i]!, flat[i + 1]!];
    const known = byName.get(name.toLowerCase());
    if (known === undefined) byName.set(name.toLowerCase(), [name, value]);
    else known[1] = [known[1], value].flat();
  }
  return [...byName.values()];
}

function setHeader(res: NodeResponse, name: string, value: HeaderValue): void {
  (res as ServerResponse).setHeader(name, value);
}

export function isHttp2(res: NodeResponse): res is Http2ServerResponse {
  return "stream" in res;
}
