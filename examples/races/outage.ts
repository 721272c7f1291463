import { type Answer, NO_ANSWER_MS } from "./browser.js";
import type { Race, Verdict } from "./races.js";

const MAX_ATTEMPTS = 10;
const ATTEMPT_EVERY_MS = 500;

/** Cuts the connection to Redis and restores it. */
export const OUTAGE: Race = {
  id: "outage",
  title: "Redis goes away",
  description:
    "The user is logged in. The connection to Redis breaks, the user opens the account, and the connection comes back.",
  needsRedis: true,
  run: async ({ browser, redis, step }) => {
    await browser.send("Log in", "POST /log-in");
    await step();
    let during: Answer;
    redis!.cut();
    try {
      during = await browser.send("Without Redis: open the account", "GET /account");
      await step();
    } finally {
      await redis!.restore();
    }
    for (let attempt = 1; ; attempt++) {
      const after = await browser.send("With Redis: open the account", "GET /account");
      if (after.status === 200 || attempt === MAX_ATTEMPTS) return verdict(during, after);
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_EVERY_MS));
    }
  },
};

function verdict(during: Answer, after: Answer): Verdict {
  const { user } = after.account;
  const afterwards =
    user === undefined ? "Afterwards nobody is logged in." : `Afterwards ${user} is logged in.`;
  const isTold = during.status === 503 && during.retryAfter !== null;
  return { holds: isTold && user !== undefined, text: `${describe(during)} ${afterwards}` };
}

function describe({ status, tookMs, retryAfter }: Answer): string {
  if (status === undefined) return `The request had no answer in ${NO_ANSWER_MS / 1_000} seconds.`;
  const hint = retryAfter === null ? "" : ` with Retry-After: ${retryAfter}`;
  return `The request was answered ${status}${hint} after ${tookMs} ms.`;
}
