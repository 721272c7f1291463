import { randomBytes } from "node:crypto";

/** What may stand under a session's key in Redis, whoever wrote it: by name, as bytes or as another type. */
export type Planted =
  { text: string } | { bytes: Buffer } | { command: (key: string) => (string | number)[] };

const COOKIE =
  '"cookie":{"originalMaxAge":3600000,"expires":"2099-01-01T00:00:00.000Z","httpOnly":true,"path":"/"}';
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const withField = (field: string) => ({ text: `{${COOKIE},${field}}` });

/** @param maxPayloadBytes of the store */
export function hostilePayloads(maxPayloadBytes: number): Record<string, Planted> {
  return {
    "__proto__ with a cookie": withField('"__proto__":{"admin":true}'),
    "__proto__ as the session": { text: `{"__proto__":{${COOKIE},"username":"eve"}}` },
    "escaped __proto__": withField('"\\u005f_proto__":{"admin":true}'),
    "constructor.prototype": withField('"constructor":{"prototype":{"admin":true}}'),
    "__proto__ deep inside": withField('"a":{"b":[{"__proto__":{"admin":true}}]}'),
    "depth 10,000": withField(`"a":${nested(10_000)}`),
    "depth 10,000 as the session": { text: nested(10_000) },
    "a byte above the limit": {
      text: `{${COOKIE},"a":"${"x".repeat(maxPayloadBytes - COOKIE.length - 7)}"}`,
    },
    "invalid JSON": { text: `{${COOKIE}` },
    nothing: { text: "" },
    "a space": { text: " " },
    "random bytes": { bytes: randomBytes(300) },
    "invalid UTF-8": {
      bytes: Buffer.concat([Buffer.from(`{${COOKIE},"a":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"')]),
    },
    "a byte order mark": { text: `\ufeff{${COOKIE}}` },
    "an array": { text: "[]" },
    "a string": { text: '"session"' },
    "a number": { text: "1e999" },
    null: { text: "null" },
    true: { text: "true" },
    "an empty object": { text: "{}" },
    "no cookie": { text: '{"username":"eve"}' },
    "a null cookie": { text: '{"cookie":null}' },
    "a cookie of text": { text: '{"cookie":"x"}' },
    "an array for a cookie": { text: '{"cookie":[1]}' },
    "an expiry that is no date": { text: '{"cookie":{"expires":"soon"}}' },
    "an expiry that is an object": { text: '{"cookie":{"expires":{"toISOString":1}}}' },
    "a maxAge that is text": { text: '{"cookie":{"originalMaxAge":"1h"}}' },
    "a path that is an object": { text: '{"cookie":{"path":{}}}' },
    "a sameSite that there is not": { text: '{"cookie":{"sameSite":"lex"}}' },
    "a path with a semicolon": { text: '{"cookie":{"path":"/;a=b"}}' },
    "a path with a line break": { text: '{"cookie":{"path":"/\\r\\nset-cookie: a=b"}}' },
    "a domain with a space": { text: '{"cookie":{"domain":"a b"}}' },
    "a priority that there is not": { text: '{"cookie":{"priority":"highest"}}' },
    "a cookie with accessors' names": { text: '{"cookie":{"maxAge":1,"data":{},"serialize":1,"toJSON":1}}' },
    "a cookie with __proto__": { text: '{"cookie":{"__proto__":{"httpOnly":false}}}' },
    ...Object.fromEntries(
      [
        "save",
        "get",
        "set",
        "touch",
        "destroy",
        "regenerate",
        "reload",
        "req",
        "id",
        "sessionId",
        "isModified",
        "toString",
        "hasOwnProperty",
      ].map((name) => [`a field named ${name}`, withField(`"${name}":"x"`)]),
    ),
    "a list": { command: (key) => ["RPUSH", key, "x"] },
    "a hash": { command: (key) => ["HSET", key, "cookie", "x"] },
    "a set": { command: (key) => ["SADD", key, "x"] },
    "a sorted set": { command: (key) => ["ZADD", key, 1, "x"] },
    "a stream": { command: (key) => ["XADD", key, "*", "cookie", "x"] },
    "a bitmap": { command: (key) => ["SETBIT", key, 4_000, 1] },
  };
}
