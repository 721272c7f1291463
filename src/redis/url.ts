import { urlError } from "../internal/url-error.js";

/** Address of Redis, parsed from a URL. */
export interface RedisAddress {
  mode: "single" | "sentinel" | "cluster";
  /** The host, or the hosts of the Sentinels or of the cluster's first nodes. Empty for a Unix socket. */
  hosts: { host: string; port: number }[];
  /** Path of a Unix socket. */
  path?: string;
  tls: boolean;
  username?: string;
  password?: string;
  db: number;
  /** Name of the Sentinel group. */
  name?: string;
}

/** One URL of each kind, for error messages. */
const EXAMPLES = {
  single: '"redis://user:password@localhost:6379/0"',
  sentinel: '"redis+sentinel://host1:26379,host2:26379/group/0"',
  cluster: '"redis+cluster://host1:7000,host2:7001"',
  socket: '"unix:///run/redis/redis.sock"',
};

/** Returns every URL scheme of Redis and Valkey except `unix`. */
export function redisSchemes(): string[] {
  const kinds = ["", "+sentinel", "+cluster"];
  return ["redis", "rediss", "valkey", "valkeys"].flatMap((scheme) => kinds.map((kind) => scheme + kind));
}

const SCHEME = /^(redis|valkey)(s?)(?:\+(sentinel|cluster))?:\/\//i;
const AFTER_SCHEME = /^(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const SOCKET = /^(?:unix:(?:\/\/)?|(?:redis|valkey):\/\/)(?:([^@/?#]*)@)?(\/[^?#]*)(?:\?([^#]*))?$/i;

/**
 * Parses the URL of a Redis or Valkey server, of Sentinels, of a cluster or of a Unix socket. Does not use the class
 * `URL`, which does not allow several hosts.
 * @returns the address, and the query parameters that are not part of it.
 * @throws TypeError if the URL is not valid. The message contains no part of the URL.
 */
export function parseRedisUrl(url: string): { address: RedisAddress; params: URLSearchParams } {
  const trimmed = url.trim();
  const isSocket =
    /^unix:/i.test(trimmed) || /^(?:redis|valkey):\/\/(?:[^@/?#]*@)?\/(?!\d*(?:\?|$))/i.test(trimmed);
  return isSocket ? parseSocket(trimmed) : parseHosts(trimmed);
}

function parseHosts(url: string): { address: RedisAddress; params: URLSearchParams } {
  const [scheme = "", , s, kind = "single"] = SCHEME.exec(url) ?? [];
  const mode = kind.toLowerCase() as RedisAddress["mode"];
  const parts = AFTER_SCHEME.exec(url.slice(scheme.length));
  if (scheme === "" || parts === null) throw urlError(url, `url must look like ${EXAMPLES[mode]}`);
  const [, credentials, authority = "", path = "", query] = parts;
  const address: RedisAddress = {
    mode,
    tls: s !== "",
    db: 0,
    hosts: authority.split(",").map((host) => parseHost(url, host, mode)),
    ...parseCredentials(url, credentials),
  };
  if (mode === "single" && address.hosts.length > 1) {
    throw urlError(
      url,
      `url names several hosts: use the URL of Sentinels, such as ${EXAMPLES.sentinel}, ` +
        `or of a cluster, such as ${EXAMPLES.cluster}`,
    );
  }
  const segments = path === "" ? [] : path.split("/");
  if (mode === "sentinel") {
    const name = segments.shift();
    if (!name) throw urlError(url, `url must name the Sentinel group, as in ${EXAMPLES.sentinel}`);
    address.name = decode(url, name, "group name");
  }
  address.db = parseDatabase(url, segments.shift(), EXAMPLES[mode]);
  if (segments.length > 0)
    throw urlError(url, `url must end with the database number, as in ${EXAMPLES[mode]}`);
  if (mode === "cluster" && address.db !== 0)
    throw urlError(url, "url names a database, but a Redis Cluster has only database 0: remove it");
  return { address, params: new URLSearchParams(query) };
}

/** Parses the URL of a Unix socket. Its path contains slashes, so the database number is the parameter `db`. */
function parseSocket(url: string): { address: RedisAddress; params: URLSearchParams } {
  const [, credentials, path, query] = SOCKET.exec(url) ?? [];
  if (path === undefined || path === "/")
    throw urlError(url, `url must name the path of a Unix socket, as in ${EXAMPLES.socket}`);
  const params = new URLSearchParams(query);
  const db = parseDatabase(url, params.get("db") ?? undefined, '"unix:///run/redis/redis.sock?db=1"');
  params.delete("db");
  const address: RedisAddress = {
    mode: "single",
    hosts: [],
    path: decode(url, path, "path"),
    tls: false,
    db,
    ...parseCredentials(url, credentials),
  };
  return { address, params };
}

function parseCredentials(url: string, credentials = ""): Pick<RedisAddress, "username" | "password"> {
  const [username, ...password] = credentials.split(":");
  return {
    ...(username && { username: decode(url, username, "user name") }),
    ...(password.length > 0 && { password: decode(url, password.join(":"), "password") }),
  };
}

function parseHost(url: string, text: string, mode: RedisAddress["mode"]): { host: string; port: number } {
  const parts = /^(\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/i.exec(text);
  const port = Number(parts?.[2] ?? (mode === "sentinel" ? 26_379 : 6_379));
  if (parts?.[1] === undefined || port < 1 || port > 65_535) {
    throw urlError(
      url,
      "url's host must be a name, an IPv4 address or an [IPv6] address, and its port must be from 1 to 65535, " +
        `as in ${EXAMPLES[mode]}`,
    );
  }
  return { host: parts[1].replace(/^\[|\]$/g, ""), port };
}

function parseDatabase(url: string, text: string | undefined, example: string): number {
  if (text !== undefined && text !== "" && !/^\d{1,6}$/.test(text))
    throw urlError(url, `url's database must be a number, as in ${example}`);
  return Number(text ?? 0);
}

function decode(url: string, text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw urlError(url, `url's ${name} must be percent-encoded with encodeURIComponent()`);
  }
}
