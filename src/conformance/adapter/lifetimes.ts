import assert from "node:assert/strict";
import type { AdapterCase } from "./adapter-case.js";
import type { AdapterContext } from "./adapter-context.js";
import type { SessionHandler } from "./handler-app.js";

const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;
/** Maximum difference of lifetimes that a test ignores, since the test itself takes time, and a store may round. */
const TOLERANCE_MS = 5 * 60_000;

const live =
  (lifetimeMs: number): SessionHandler =>
  (session) =>
    session.setLifetime!(lifetimeMs);

const NEUTRAL: Record<string, SessionHandler> = {
  unchanged: (session) => session.get("user"),
  writing: (session) => session.set("cart", 1),
};

/** Tests of concurrent changes of the lifetime. */
export const lifetimes: AdapterCase[] = [
  {
    title: 'A longer lifetime ("remember me") is kept by concurrent requests.',
    needs: "lifetimes",
    test: (context) => crossed(context, HOUR_MS, MONTH_MS),
  },
  {
    title: "A shorter lifetime is not extended by concurrent requests.",
    needs: "lifetimes",
    test: (context) => crossed(context, MONTH_MS, HOUR_MS),
  },
];

/**
 * Changes a lifetime while another request has the session loaded, and runs another request while a request that
 * changes the lifetime has it loaded.
 */
async function crossed(context: AdapterContext, before: number, after: number): Promise<void> {
  for (const [name, handler] of Object.entries(NEUTRAL)) {
    for (const isFirst of [true, false]) {
      await context.endAll();
      const client = await context.signedIn("ann");
      await client.visit(live(before));
      await assertLifetime(context, before, "a lifetime that was just set");
      const [slow, fast] = isFirst ? [handler, live(after)] : [live(after), handler];
      const request = await client.copy().start(slow);
      await client.visit(fast);
      await request.finish();
      const order = isFirst ? "before" : "after";
      await assertLifetime(context, after, `a lifetime that was set ${order} an ${name} request ended`);
    }
  }
}

async function assertLifetime(context: AdapterContext, lifetimeMs: number, what: string): Promise<void> {
  const storedMs = (await context.storedExpiry()) - Date.now();
  const apartMs = Math.abs(storedMs - lifetimeMs);
  assert.ok(apartMs <= TOLERANCE_MS, `${what} is ${storedMs} ms and not ${lifetimeMs} ms`);
}
