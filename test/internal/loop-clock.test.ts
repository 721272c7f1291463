import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { atLoopTime, loopNow } from "../../src/internal/loop-clock.js";

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it("advances like performance.now() while the event loop is free", async () => {
  const [start, loopStart] = [performance.now(), loopNow()];
  for (let i = 0; i < 20; i++) await sleep(10);
  const [tookMs, loopMs] = [performance.now() - start, loopNow() - loopStart];
  expect(loopMs).toBeGreaterThan(100);
  expect(loopMs).toBeLessThanOrEqual(tookMs + 1);
});

it("stands still while the event loop is blocked", () => {
  const start = loopNow();
  block(500);
  expect(loopNow() - start).toBeLessThan(30);
});

it("calls back at the time, once, and not after it was canceled", async () => {
  const called: string[] = [];
  const start = loopNow();
  atLoopTime(start + 20, () => called.push("first"));
  const cancel = atLoopTime(start + 20, () => called.push("canceled"));
  cancel();
  await sleep(5);
  expect(called).toEqual([]);
  await sleep(100);
  expect(called).toEqual(["first"]);
});

it("calls back after data that has arrived is read", async () => {
  const server = createServer((socket) => void socket.on("data", () => socket.write("reply"))).listen(0);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => void client.destroy());
  await once(client, "connect");
  const order: string[] = [];
  client.once("data", () => order.push("data"));
  const isTold = new Promise<void>((resolve) => {
    atLoopTime(loopNow() + 40, () => (order.push("time"), resolve()));
  });
  client.write("request");
  await sleep(20); // the reply is on its way, and arrives while the event loop is blocked
  block(60);
  await isTold;
  expect(order).toEqual(["data", "time"]);
});
