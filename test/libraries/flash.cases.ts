import { expect, it } from "vitest";
import { latch } from "../adapters/latch.js";
import { OWN_STORE, type Setup, Visitor } from "./support.js";

/** A message for the next page. */
export interface Message {
  type: string;
  text: string;
}

/** A route that waits before it adds its message. */
export const SLOW = "/slow";

/**
 * Tests of messages that are shown once.
 * @param serve starts an app: POST adds the message of its body, also to `SLOW`; `GET /messages` shows and removes all.
 * @returns its URL.
 */
export function flashCases(setup: Setup, serve: (wait: () => Promise<void>) => Promise<string>): void {
  const visit = async (wait = async () => {}) => new Visitor(await serve(wait));

  it("shows a message once, after the redirect", async () => {
    const visitor = await visit();
    expect(await visitor.post("/", { type: "info", text: "saved" })).toBe("302 /messages");
    expect(await visitor.get("/messages")).toBe('200 {"info":["saved"]}');
    expect(await visitor.get("/messages")).toBe("200 {}");
  });

  it("keeps messages until they are shown", async () => {
    const visitor = await visit();
    await visitor.post("/", { type: "info", text: "saved" });
    await visitor.post("/", { type: "info", text: "sent" });
    expect(await visitor.get("/messages")).toBe('200 {"info":["saved","sent"]}');
  });

  const keepsBoth = setup !== OWN_STORE;
  it(`${keepsBoth ? "keeps both" : "loses one of two"} messages of parallel requests`, async () => {
    const slow = latch();
    const visitor = await visit(slow.wait);
    await visitor.post("/", { type: "info", text: "saved" });
    await visitor.get("/messages");
    const late = visitor.post(SLOW, { type: "error", text: "not sent" });
    await slow.reached;
    await visitor.post("/", { type: "info", text: "sent" });
    slow.open();
    expect(await late).toBe("302 /messages");
    const error = '"error":["not sent"]';
    expect(await visitor.get("/messages")).toBe(
      keepsBoth ? `200 {"info":["sent"],${error}}` : `200 {${error}}`,
    );
  });
}
