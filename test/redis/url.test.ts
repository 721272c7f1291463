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
  ])("reads %s", (url, address) => {
    expect(parseRedisUrl(url).address).toEqual(address);
  });

  it("gives the query's parameters", () => {
    expect([...parseRedisUrl("redis://h/1?prefix=app%3A&timeoutMs=500").params]).toEqual([
      ["prefix", "app:"],
      ["timeoutMs", "500"],
    ]);
  });

  it.each([
    ["http://localhost", "url must be redis://"],
    ["redis://", "url must be redis://"],
    ["redis://h:99999", "port from 1 to 65535"],
    ["redis://h:0", "port from 1 to 65535"],
    ["redis://h/one", "database must be a number"],
    ["redis://h/0/1", "database must be a number"],
    ["redis://h1,h2", "redis+sentinel:// or redis+cluster://"],
    ["redis+sentinel://h1,h2", "name the Sentinel group"],
    ["redis+cluster://h1/2", "has only 0"],
    ["redis://u:%zz@h", "password is not percent-encoded"],
  ])("refuses %s and says what it takes", (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(TypeError);
    expect(() => parseRedisUrl(url)).toThrow(message);
  });

  it.each([
    "redis://u:hunter2@h:99999",
    "redis://u:hunter2@h/x",
    "redis://u:hunter2%zz@h",
    "redis//u:hunter2@h",
  ])("repeats no password in an error: %s", (url) => {
    let message = "";
    try {
      parseRedisUrl(url);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("TypeError");
    expect(message).not.toContain("hunter2");
  });
});
