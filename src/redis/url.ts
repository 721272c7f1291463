/** Where a Redis is, as a URL says it. */
export interface RedisAddress {
  mode: "single" | "sentinel" | "cluster";
  hosts: { host: string; port: number }[];
  tls: boolean;
  username?: string;
  password?: string;
  db: number;
  /** The Sentinel group's name. */
  name?: string;
}

const FORMS =
  "redis://[user:password@]host[:port][/db], redis+sentinel://[user:password@]host[:port],…/name[/db] or " +
  "redis+cluster://[user:password@]host[:port],… (rediss for TLS), with options as ?name=value";

const URL_PARTS =
  /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/**
 * Reads a Redis URL. It is not a WHATWG URL, which can't name several hosts.
 * @returns the address and the query's parameters.
 * @throws TypeError that says what is accepted, and repeats nothing of the URL, which may hold a password.
 */
export function parseRedisUrl(url: string): { address: RedisAddress; params: URLSearchParams } {
  const parts = URL_PARTS.exec(url);
  if (parts === null) throw new TypeError(`url must be ${FORMS}`);
  const [, s, kind, credentials, authority = "", path = "", query] = parts;
  const mode = (kind ?? "single") as RedisAddress["mode"];
  const address: RedisAddress = {
    mode,
    tls: s === "s",
    db: 0,
    hosts: authority.split(",").map((host) => parseHost(host, mode === "sentinel" ? 26_379 : 6_379)),
  };
  if (mode === "single" && address.hosts.length > 1) {
    throw new TypeError("url names several hosts: use redis+sentinel:// or redis+cluster://");
  }
  if (credentials !== undefined) {
    const [user, ...password] = credentials.split(":");
    if (user) address.username = decode(user, "user name");
    if (password.length > 0) address.password = decode(password.join(":"), "password");
  }
  const segments = path === "" ? [] : path.split("/");
  if (mode === "sentinel") {
    const name = segments.shift();
    if (!name) throw new TypeError("url must name the Sentinel group: redis+sentinel://host:port,…/name");
    address.name = decode(name, "group name");
  }
  const db = segments.shift() ?? "0";
  if (!/^\d{1,6}$/.test(db) || segments.length > 0)
    throw new TypeError(`url's database must be a number: ${FORMS}`);
  address.db = Number(db);
  if (mode === "cluster" && address.db !== 0)
    throw new TypeError("url names a database: a Redis Cluster has only 0");
  return { address, params: new URLSearchParams(query) };
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(parts?.[2] ?? defaultPort);
  if (parts?.[1] === undefined || port < 1 || port > 65_535) {
    throw new TypeError(
      "url's host must be a name, an IPv4 address or an [IPv6] address, with a port from 1 to 65535",
    );
  }
  return { host: parts[1].replace(/^\[|\]$/g, ""), port };
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(`url's ${what} is not percent-encoded UTF-8`);
  }
}
