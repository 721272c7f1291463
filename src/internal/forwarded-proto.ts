/** True if the header `X-Forwarded-Proto` says that the client sent the request over https. */
export function isForwardedHttps(header: string | readonly string[] | null | undefined): boolean {
  const [protocol = ""] = String(header ?? "").split(",");
  return protocol.trim().toLowerCase() === "https";
}
