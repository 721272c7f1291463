import type { Browser } from "./browser.js";
import type { Side } from "./sides.js";

/** The outcome of a race for one store. */
export interface Verdict {
  /** True if the session is as the user expects. */
  holds: boolean;
  text: string;
}

export interface Stage extends Pick<Side, "gate" | "redis"> {
  browser: Browser;
  /** Waits between two steps, so that a person can follow. */
  step: () => Promise<unknown>;
}

export interface Race {
  id: string;
  title: string;
  description: string;
  needsRedis?: true;
  run: (stage: Stage) => Promise<Verdict>;
}

export const RACES: Race[] = [
  {
    id: "log-out",
    title: "Log out while a slow request runs",
    description:
      "Tab 1 adds an apple to the cart, which takes a while. Meanwhile the user logs out in tab 2. " +
      "Then the slow request ends, and its session is saved.",
    run: async ({ browser, gate, step }) => {
      await browser.send("Log in", "POST /log-in");
      await step();
      const slow = browser.send("Tab 1: add an apple, slowly", "POST /cart/apple?slow");
      await Promise.race([gate.arrived(1), slow]);
      await step();
      await browser.send("Tab 2: log out", "POST /log-out");
      await step();
      gate.open();
      await slow;
      await step();
      const { user } = (await browser.send("Tab 2: open the account", "GET /account")).account;
      if (user === undefined) return { holds: true, text: "Nobody is logged in." };
      return { holds: false, text: `${user} is logged in again: the slow request undid the logout.` };
    },
  },
  {
    id: "two-changes",
    title: "Two parallel changes",
    description: "Tab 1 adds an apple to the cart. At the same time tab 2 adds a pear.",
    run: async ({ browser, gate, step }) => {
      await browser.send("Log in", "POST /log-in");
      await step();
      const apple = browser.send("Tab 1: add an apple", "POST /cart/apple?slow");
      await Promise.race([gate.arrived(1), apple]);
      const pear = browser.send("Tab 2: add a pear", "POST /cart/pear?slow");
      await Promise.race([gate.arrived(2), pear]);
      await step();
      gate.next();
      await apple;
      await step();
      gate.open();
      await pear;
      await step();
      const { cart } = (await browser.send("Tab 1: open the account", "GET /account")).account;
      const holds = ["apple", "pear"].every((item) => cart.includes(item));
      if (holds) return { holds, text: "The apple and the pear are in the cart." };
      return { holds, text: `One change is lost: the cart contains only the ${cart.join(" and the ")}.` };
    },
  },
  {
    id: "remember-me",
    title: "“Remember me” crossed by another request",
    description:
      "Tab 1 opens a page, which takes a while. Meanwhile the user chooses “remember me” in tab 2: " +
      "the session lives 30 days in place of one hour.",
    run: async ({ browser, gate, step }) => {
      await browser.send("Log in", "POST /log-in");
      await step();
      const slow = browser.send("Tab 1: open the account, slowly", "GET /account?slow");
      await Promise.race([gate.arrived(1), slow]);
      await step();
      await browser.send("Tab 2: remember me", "POST /remember-me");
      await step();
      gate.open();
      await slow;
      await step();
      const { days } = (await browser.send("Tab 2: open the account", "GET /account")).account;
      if (days === 30) return { holds: true, text: "The session ends in 30 days." };
      return { holds: false, text: "“Remember me” is forgotten: the session ends in 1 hour." };
    },
  },
];
