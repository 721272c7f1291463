import { Strategy } from "passport-local";
import { expect, it } from "vitest";
import { latch } from "../adapters/latch.js";
import { OWN_STORE, type Setup, Visitor } from "./support.js";

export interface User {
  username: string;
}

/** Fields of the session. */
export interface AppSession {
  cart?: string[];
  seen?: boolean;
}

const ANN = { username: "ann", password: "secret" };

/** Returns a strategy that accepts one password for every user. */
export function strategy(): Strategy {
  return new Strategy((username, password, done) => done(null, password === ANN.password && { username }));
}

/**
 * Tests of sign-in and sign-out by passport.
 * @param serve starts an app whose `GET /slow` waits before it changes the session. @returns its URL.
 */
export function passportCases(setup: Setup, serve: (wait: () => Promise<void>) => Promise<string>): void {
  const visit = async (wait = async () => {}) => new Visitor(await serve(wait));

  it("keeps the data of the session at a sign-in with keepSessionInfo, under a new id", async () => {
    const visitor = await visit();
    expect(await visitor.post("/cart", { item: "book" })).toBe("200 book");
    const before = visitor.twin();
    expect(await visitor.post("/sign-in", ANN)).toBe("302 /account");
    expect(await visitor.get("/account")).toBe("200 ann has book");
    expect(await before.get("/account")).toBe("401 sign in first");
  });

  it("refuses a wrong password, and leaves the session as it is", async () => {
    const visitor = await visit();
    await visitor.post("/cart", { item: "book" });
    expect(await visitor.post("/sign-in", { ...ANN, password: "wrong" })).toBe("401 Unauthorized");
    expect(await visitor.get("/account")).toBe("401 sign in first");
    expect(await visitor.post("/cart", { item: "pen" })).toBe("200 book, pen");
  });

  it("signs out, and drops the data of the session", async () => {
    const visitor = await visit();
    await visitor.post("/cart", { item: "book" });
    await visitor.post("/sign-in", ANN);
    const thief = visitor.twin();
    expect(await visitor.post("/sign-out")).toBe("302 /");
    expect(await visitor.get("/account")).toBe("401 sign in first");
    expect(await thief.get("/account")).toBe("401 sign in first");
    expect(await visitor.post("/cart", { item: "pen" })).toBe("200 pen");
  });

  const staysSignedOut = setup !== OWN_STORE;
  const result = staysSignedOut ? "stays signed out although" : "is signed in again after a sign-out when";
  it(`${result} a request that began before changes the session`, async () => {
    const slow = latch();
    const visitor = await visit(slow.wait);
    await visitor.post("/sign-in", ANN);
    const thief = visitor.twin();
    const late = visitor.twin().get("/slow");
    await slow.reached;
    expect(await visitor.post("/sign-out")).toBe("302 /");
    slow.open();
    expect(await late).toBe("200");
    expect(await thief.get("/account")).toBe(staysSignedOut ? "401 sign in first" : "200 ann has nothing");
  });
}

/** Returns the page of a user. */
export function account({ username }: User, { cart }: AppSession): string {
  return `${username} has ${cart?.join(", ") ?? "nothing"}`;
}

/** Adds the item of a request to the cart. @returns the cart. */
export function addToCart(session: AppSession, body: unknown): string {
  session.cart = [...(session.cart ?? []), (body as { item: string }).item];
  return session.cart.join(", ");
}
