import { describe, expect, it } from "vitest";
import { parseRedisUrl } from "../../src/redis/url.js";

describe("parseRedisUrl", () => {
  it.each([
    ["redis://localhost", { mode: "single", hosts: [{ host: "localhost", port: 6379 }], tls: false, db: 0 }],
    [
      "redis://default:1234@127.0.0.1:6380/2",
      {
        mode: "single",
        hosts: [{ host: "127.0.0.1", port: 6380 }],
        tls: false,
        db: 2,
        username: "default",
        password: "1234",
      },
    ],
    [
      "rediss://:p%40ss%3Aword@[::1]:7000",
      { mode: "single", hosts: [{ host: "::1", port: 7000 }], tls: true, db: 0, password: "p@ss:word" },
    ],
    [
      "redis+sentinel://h1:26380,h2/mymaster/3",
      {
        mode: "sentinel",
        hosts: [
          { host: "h1", port: 26380 },
          { host: "h2", port: 26379 },
        ],
        tls: false,
        db: 3,
        name: "mymaster",
      },
    ],
    [
      "rediss+cluster://u:p@h1:7000,h2:7001",
      {
        mode: "cluster",
        hosts: [
          { host: "h1", port: 7000 },
          { host: "h2", port: 7001 },
        ],
        tls: true,
        db: 0,
        username: "u",
        password: "p",
      },
    ],
  ])("parses %s", (url, address) => {
    expect(parseRedisUrl(url).address).toEqual(address);
  });

  it("returns the query parameters", () => {
    expect([...parseRedisUrl("redis://h/1?prefix=app%3A&timeoutMs=500").params]).toEqual([
      ["prefix", "app:"],
      ["timeoutMs", "500"],
    ]);
  });

  it.each([
    ["valkey://h", { mode: "single", hosts: [{ host: "h", port: 6379 }], tls: false, db: 0 }],
    ["valkeys+cluster://h", { mode: "cluster", hosts: [{ host: "h", port: 6379 }], tls: true, db: 0 }],
    ["REDISS://h/", { mode: "single", hosts: [{ host: "h", port: 6379 }], tls: true, db: 0 }],
    [" redis://h/2\n", { mode: "single", hosts: [{ host: "h", port: 6379 }], tls: false, db: 2 }],
    ["unix:/run/r.sock", { mode: "single", hosts: [], path: "/run/r.sock", tls: false, db: 0 }],
    ["unix:///run/r.sock?db=3", { mode: "single", hosts: [], path: "/run/r.sock", tls: false, db: 3 }],
    ["redis:///run/r%20s.sock", { mode: "single", hosts: [], path: "/run/r s.sock", tls: false, db: 0 }],
    [
      "unix://u:p%2F1@/run/0",
      { mode: "single", hosts: [], path: "/run/0", tls: false, db: 0, username: "u", password: "p/1" },
    ],
  ])("parses %j", (url, address) => {
    expect(parseRedisUrl(url).address).toEqual(address);
  });

  it("keeps the other query parameters of a Unix socket", () => {
    expect([...parseRedisUrl("unix:/run/r.sock?db=3&prefix=app:").params]).toEqual([["prefix", "app:"]]);
  });

  it.each([
    ["http://localhost", 'url must look like "redis://user:password@localhost:6379/0"'],
    ["redis://", "url's host must be a name"],
    ["redis:///0", "url's host must be a name"],
    ["rediss:///run/r.sock", "url's host must be a name"],
    ["redis://h:99999", "port must be from 1 to 65535"],
    ["redis://h:0", "port must be from 1 to 65535"],
    ["redis://local host", "url's host must be a name"],
    ["redis://h/one", "database must be a number"],
    ["redis://h/0/1", "must end with the database number"],
    ["redis://h1,h2", "use the URL of Sentinels, such as"],
    ["redis+sentinel://h1,h2", "name the Sentinel group"],
    ["redis+cluster://h1/2", "a Redis Cluster has only database 0"],
    ["redis://u:%zz@h", "password must be percent-encoded with encodeURIComponent()"],
    ["unix:", "name the path of a Unix socket"],
    ["unix:run/r.sock", "name the path of a Unix socket"],
    ["unix:/run/r.sock?db=one", "database must be a number"],
  ])("rejects %j", (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(TypeError);
    expect(() => parseRedisUrl(url)).toThrow(message);
  });
});
