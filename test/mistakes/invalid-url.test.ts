import { createStore } from "sessionary";
import { expect, it } from "vitest";

function messageOf(create: () => unknown): string {
  try {
    create();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

it("rejects an undefined URL and asks for the environment variable", () => {
  expect(messageOf(() => createStore(undefined as never))).toBe(
    'createStore requires a URL, such as "redis://localhost:6379" or "memory:"; received undefined. ' +
      "Is the environment variable set?",
  );
});

it.each<[unknown, string]>([
  [null, "received null"],
  [6379, "received 6379"],
  [{}, "received undefined"],
  [{ url: null }, "received null"],
  ["", "received an empty string"],
  [" \n", "received an empty string"],
])("rejects %j in place of a URL with an example", (url, received) => {
  const message = messageOf(() => createStore(url as string));
  expect(message).toContain(received);
  expect(message).toContain('"redis://localhost:6379"');
});

it.each(["localhost:6379", "redis", "mem:", "/run/redis.sock", "user:hunter2@host:6379", "hunter2"])(
  "rejects a URL without a known scheme and names the accepted ones: %s",
  (url) => {
    const message = messageOf(() => createStore(url));
    expect(message).toContain(
      'url has an unknown scheme, or none: a URL looks like "redis://localhost:6379" or "memory:". Accepted schemes ' +
        "are memory, unix, redis, rediss, valkey and valkeys; the last four also with +sentinel or +cluster",
    );
    expect(message).not.toContain("hunter2");
  },
);

it.each(['"redis://:hunter2@host"', "'redis://:hunter2@host'"])(
  "rejects a URL in quotation marks: %s",
  (url) => {
    const message = messageOf(() => createStore(url));
    expect(message).toContain("url begins with a quotation mark: remove it");
    expect(message).not.toContain("hunter2");
  },
);

it("ignores whitespace around a URL", async () => {
  await createStore("memory:\n").close();
  await createStore(" redis://localhost:6379\r\n").close();
});

it.each([
  "redis://user:hunter2@word@host:6379",
  "redis://user:hunter2#word@host:6379",
  "redis://user:hunter2/word@host:6379",
  "redis://user:hunter2?word@host:6379",
  "redis://user:12345/hunter2@host",
  "redis://user:12345?hunter2@host",
  "redis://user:12345?x=hunter2@host",
  "redis://user:12345?hunter2=x@host",
  "redis://user:12345#hunter2@host",
  "redis://user:hunter2%zz@host",
  "redis://user:hunter2@host:99999",
  "redis://user:hunter2@host/x",
  "redis://user:hunter2@host?timeoutMs=hunter2",
  "redis+sentinel://user:hunter2@host",
  "redis+cluster://user:hunter2/@host",
  "unix://user:hunter2#x@/run/redis.sock",
  "redis//user:hunter2@host",
  "hunter2://user@host",
  "memory:hunter2@",
  "memory:?hunter2=@",
])("asks for a percent-encoded password and repeats nothing of the URL: %s", (url) => {
  for (const create of [() => createStore(url), () => createStore({ url })]) {
    const message = messageOf(create);
    expect(message).not.toContain("hunter2");
    if (!url.includes("timeoutMs")) expect(message).toContain("encodeURIComponent()");
  }
});

it("accepts a percent-encoded password", async () => {
  await createStore(`redis://user:${encodeURIComponent("p@ss/w#o?r:d%")}@localhost:6379/0`).close();
});

it.each<[string, string]>([
  ["redis://h?ttl=3600", 'the option "ttl": set the lifetime with ttlMs of the adapter (expressStore(store'],
  ["redis://h?family=0", 'the option "family": pass it to ioredis in redisOptions'],
  ["redis://h?db=1", 'the option "db": put it into the URL: "redis://user:password@localhost:6379/0"'],
  ["redis://h?prefx=a", "an unknown option; it accepts prefix, timeoutMs, maxPayloadBytes"],
  ["memory:?max=5", 'the option "max": use maxEntries of the store; it accepts maxEntries, maxBytes'],
])("rejects an option in the query of %s with its counterpart", (url, message) => {
  expect(messageOf(() => createStore(url))).toContain(`url's query has ${message}`);
});
