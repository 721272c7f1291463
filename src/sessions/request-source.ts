import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { TLSSocket } from "node:tls";
import { describe } from "../internal/validation.js";
import { isLoopbackHost } from "./loopback-host.js";

/** Request of node:http, or of the compatibility API of node:http2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** Parts of a request that are needed to load its session. */
export interface RequestSource {
  readonly cookieHeader: string | undefined;
  /** Returns true for plain http on a loopback host. */
  readonly isLocal: () => boolean;
}

export function nodeSource(req: NodeRequest): RequestSource {
  return {
    cookieHeader: req.headers.cookie,
    isLocal: () => !isEncrypted(req) && isLoopbackHost(req.headers.host ?? authorityOf(req)),
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
  };
}

/**
 * Returns the source of a request, or of a `Cookie` header, for which the session cookie is always `Secure`.
 * @throws TypeError if it is neither.
 */
export function anySource(from: NodeRequest | Request | string | null | undefined): RequestSource {
  if (from === null || from === undefined || typeof from === "string")
    return { cookieHeader: from ?? undefined, isLocal: () => false };
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

function authorityOf(req: NodeRequest): string | undefined {
  return (req.headers as { ":authority"?: string })[":authority"];
}
