import type { UnavailableCause, UnavailableReason } from "../errors.js";
import type { ConnectionFailure } from "../events.js";
import type { Place } from "./clients/driver.js";
import { findFault } from "./connection-fault.js";
import { REPLIES } from "./server-errors.js";

/** A failed attempt to connect. */
export interface Failure extends ConnectionFailure {
  /** True if every attempt fails in the same way until a setting is changed. */
  isPermanent: boolean;
}

/**
 * Texts of a failure. `{at}` stands for " at" and the address, `{host}` for the host, `{db}` for the number of the
 * database.
 */
type Text = [reason: UnavailableReason, problem: string, remedy?: string];

const UNKNOWN_AUTHORITY: Text = [
  "connection",
  "the TLS certificate of Redis{at} is not signed by a known authority",
  "pass its certificate, or that of its authority, with the store's option redisOptions: { tls: { ca } }",
];

/** Failures that last until a setting is changed, by kind. */
export const PERMANENT: Partial<Record<string, Text>> = {
  TLS_REQUIRED: ["connection", "Redis{at} requires TLS", "use a rediss: URL"],
  TLS_UNSUPPORTED: ["connection", "Redis{at} does not use TLS", "use a redis: URL in place of rediss:"],
  NOT_REDIS: ["connection", "the server{at} does not speak the Redis protocol", "check host and port"],
  NOT_A_CLUSTER: [
    "misconfigured",
    "Redis{at} is not a cluster",
    "use a redis: URL in place of redis+cluster:",
  ],
  NOT_A_SENTINEL: [
    "misconfigured",
    "the server{at} is not a Sentinel",
    "use a redis: URL in place of redis+sentinel:, or the Sentinel's port, usually 26379",
  ],
  SENTINEL_AUTH: [
    "auth",
    "the Sentinels require another password",
    "pass it with the store's option redisOptions: { sentinelPassword }",
  ],
  UNKNOWN_GROUP: [
    "misconfigured",
    "the Sentinels do not know the group that the URL names",
    'use the name after "sentinel monitor" in sentinel.conf',
  ],
  NO_DATABASE: [
    "misconfigured",
    "Redis{at} has no database {db}",
    'use a smaller number in the URL, or raise "databases" in redis.conf',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    "connection",
    "the TLS certificate of Redis{at} is self-signed",
    "pass it with the store's option redisOptions: { tls: { ca } }",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: ["connection", "the TLS certificate of Redis{at} has expired", "renew it"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "connection",
    "the TLS certificate of Redis{at} is for another host name",
    "use a host name that it contains, or the store's option redisOptions: { tls: { servername } }",
  ],
  WRONGPASS: [
    "auth",
    "Redis{at} refused the user name or password",
    "check them, and percent-encode them in the URL with encodeURIComponent()",
  ],
  NOAUTH: ["auth", "Redis{at} requires a password", 'use a URL such as "redis://:password@localhost:6379"'],
  NOPERM: ["permission", "Redis{at} does not let this user connect", "ACL LOG names the missing permission"],
  DENIED: [
    "permission",
    "Redis{at} accepts no connections from other hosts",
    "set a password for it, or protected-mode no in redis.conf",
  ],
};

const NO_CONNECTION: Text = ["connection", "no connection to Redis{at}"];
const UNREACHABLE: Text = ["connection", "no answer from Redis{at}", "check host, port and firewalls"];

/** Failures that may end without a change of settings, by kind. */
export const TRANSIENT: Partial<Record<string, Text>> = {
  ECONNREFUSED: ["connection", "nothing listens{at}", "start Redis, or check host and port"],
  ENOTFOUND: ["connection", 'the host "{host}" does not exist', "check the host name"],
  EAI_AGAIN: ["connection", 'the host "{host}" cannot be resolved', "check the host name and the DNS server"],
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENOENT: ["connection", "there is no Unix socket{at}", "start Redis, or check the path"],
  EACCES: ["connection", "this process may not open the Unix socket{at}", "check its permissions"],
  ECONNRESET: ["connection", "Redis{at} closed the connection", "check host and port, and Redis's log"],
};

/**
 * Describes the error of a client that could not connect. The result contains no part of the error's message, which
 * may contain a password.
 */
export function toFailure(error: unknown, place: Place | undefined): Failure {
  const { kind, code, host, port } = findFault(error, place);
  const [reason, problem, remedy] = PERMANENT[kind] ?? TRANSIENT[kind] ?? REPLIES[kind] ?? NO_CONNECTION;
  const sentence = problem
    .replace("{at}", () => addressOf(host, port, place?.path))
    .replace("{host}", () => host ?? "")
    .replace("{db}", () => String(place?.db ?? "with this number"));
  const codeText = code === undefined || code === "ERR" ? "" : ` (${code})`;
  const message = sentence + codeText + (remedy === undefined ? "" : `: ${remedy}`);
  return { reason, message, ...defined({ code, host, port }), isPermanent: Object.hasOwn(PERMANENT, kind) };
}

/** Returns the failure as an error, for the property `cause`. */
export function toCause({ message, code, host, port }: Failure): UnavailableCause {
  return Object.assign(new Error(message), defined({ code, host, port }));
}

function addressOf(host: string | undefined, port: number | undefined, path: string | undefined): string {
  if (path !== undefined) return ` at ${path}`;
  if (host === undefined) return "";
  return ` at ${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
}

type Details = Pick<ConnectionFailure, "code" | "host" | "port">;

function defined(details: { [Name in keyof Details]-?: Details[Name] | undefined }): Details {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}
