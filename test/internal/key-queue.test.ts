import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { KeyQueue } from "../../src/internal/key-queue.js";

/** Returns a task that notes its start and end in `log`, after `ms`. */
function logged(log: string[], name: string, ms = 5): () => Promise<string> {
  return async () => {
    log.push(`${name} starts`);
    await sleep(ms);
    log.push(`${name} ends`);
    return name;
  };
}

describe("KeyQueue", () => {
  it("runs tasks of one key in the order in which they were queued", async () => {
    const queue = new KeyQueue();
    const log: string[] = [];
    const results = [20, 1, 10].map((ms, i) => queue.run("key", logged(log, `task ${i}`, ms)));
    expect(await Promise.all(results)).toEqual(["task 0", "task 1", "task 2"]);
    const expected = [0, 1, 2].flatMap((i) => [`task ${i} starts`, `task ${i} ends`]);
    expect(log).toEqual(expected);
  });

  it("starts a task at once if none is queued, and runs other keys beside it", async () => {
    const queue = new KeyQueue();
    const log: string[] = [];
    const tasks = [queue.run("a", logged(log, "a")), queue.run("b", logged(log, "b"))];
    expect(log).toEqual(["a starts", "b starts"]);
    await Promise.all(tasks);
  });

  it("goes on after a task that rejects or throws", async () => {
    const queue = new KeyQueue();
    const rejected = queue.run("key", () => Promise.reject(new Error("rejected")));
    const thrown = queue.run("key", () => {
      throw new Error("thrown");
    });
    const next = queue.run("key", async () => "next");
    await expect(rejected).rejects.toThrow("rejected");
    await expect(thrown).rejects.toThrow("thrown");
    expect(await next).toBe("next");
    await expect(
      queue.run("key", () => {
        throw new Error("thrown at once");
      }),
    ).rejects.toThrow("thrown at once");
  });

  it("lets reads overlap, after the tasks queued before them", async () => {
    const queue = new KeyQueue();
    const log: string[] = [];
    await Promise.all([
      queue.run("key", logged(log, "write", 10)),
      queue.after("key", logged(log, "read 1")),
      queue.after("key", logged(log, "read 2")),
    ]);
    expect(log.slice(0, 4)).toEqual(["write starts", "write ends", "read 1 starts", "read 2 starts"]);
  });

  it("keeps nothing of a key once its tasks have settled", async () => {
    const queue = new KeyQueue();
    const log: string[] = [];
    await Promise.all([queue.run("key", logged(log, "a")), queue.run("key", logged(log, "b"))]);
    await sleep(0);
    const next = queue.run("key", logged(log, "c"));
    expect(log.at(-1), "it waits for nothing").toBe("c starts");
    await next;
  });
});
