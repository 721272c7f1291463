const LOOPBACK = /^(?:localhost|[^:/@]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** True if a `Host` header names this machine: `localhost`, a subdomain of it, or a loopback address. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}
