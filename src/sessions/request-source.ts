import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { TLSSocket } from "node:tls";
import { describe } from "../internal/validation.js";
import { isForwardedHttps } from "../internal/forwarded-proto.js";
import { isLoopbackHost } from "./loopback-host.js";

/** Request of node:http, or of the compatibility API of node:http2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** Parts of a request that are needed to load its session. */
export interface RequestSource {
  readonly cookieHeader: string | undefined;
  /** Returns true for plain http on a loopback host. */
  readonly isLocal: () => boolean;
  /** Returns true for plain http on another host, unless a header shows that the client uses https. */
  readonly isInsecure: () => boolean;
}

export function nodeSource(req: NodeRequest): RequestSource {
  return {
    cookieHeader: req.headers.cookie,
    isLocal: () => !isEncrypted(req) && isLoopbackHost(hostOf(req)),
    isInsecure: () => !isEncrypted(req) && isPlainHttp(hostOf(req), (name) => req.headers[name]),
  };
}

export function fetchSource(request: Request): RequestSource {
  return {
    cookieHeader: request.headers.get("cookie") ?? undefined,
    // The URL may have the address on which the server listens instead of the host that the client requested.
    isLocal: () => {
      const { protocol, host } = new URL(request.url);
      return protocol === "http:" && isLoopbackHost(request.headers.get("host") ?? host);
    },
    isInsecure: () => {
      const { protocol, host } = new URL(request.url);
      const { headers } = request;
      return protocol === "http:" && isPlainHttp(headers.get("host") ?? host, (name) => headers.get(name));
    },
  };
}

/**
 * Returns the source of a request, or of a `Cookie` header, for which the session cookie is always `Secure`.
 * @throws TypeError if it is neither.
 */
export function anySource(from: NodeRequest | Request | string | null | undefined): RequestSource {
  if (from === null || from === undefined || typeof from === "string")
    return { cookieHeader: from ?? undefined, isLocal: () => false, isInsecure: () => false };
  if (typeof from.headers !== "object")
    throw new TypeError(`sessions.open requires a request or its Cookie header; received ${describe(from)}`);
  return isFetchRequest(from) ? fetchSource(from) : nodeSource(from);
}

export function isFetchRequest(request: object): request is Request {
  return typeof (request as Partial<Request>).headers?.get === "function";
}

export function isNodeRequest(request: object): request is NodeRequest {
  return "rawHeaders" in request;
}

function isEncrypted(req: NodeRequest): boolean {
  return (req.socket as Partial<TLSSocket> | undefined)?.encrypted === true;
}

function hostOf({ headers }: NodeRequest): string | undefined {
  return headers.host ?? (headers as { ":authority"?: string })[":authority"];
}

/** True if a request that arrived without TLS does not show that the client uses https, or a loopback host. */
function isPlainHttp(
  host: string | undefined,
  header: (name: string) => string | string[] | null | undefined,
): boolean {
  if (host === undefined || isLoopbackHost(host)) return false;
  if (isForwardedHttps(header("x-forwarded-proto"))) return false;
  if (/\bproto="?https\b/i.test(String(header("forwarded")))) return false;
  return (header("sec-fetch-site") ?? undefined) === undefined; // browsers send it over https only
}
