import assert from "node:assert/strict";
import { Client } from "./client.js";
import { GatedStore } from "./gated-store.js";
import { HandlerApp } from "./handler-app.js";
import type { AdapterUnderTest } from "./subject.js";

/** Context of one test: an app with its own store, and helpers. */
export class AdapterContext {
  readonly store: GatedStore;
  readonly #app: HandlerApp;

  private constructor(store: GatedStore, app: HandlerApp) {
    this.store = store;
    this.#app = app;
  }

  static async run(
    subject: AdapterUnderTest,
    test: (context: AdapterContext) => Promise<void>,
  ): Promise<void> {
    const store = new GatedStore(await subject.open());
    try {
      const app = new HandlerApp();
      const running = await subject.start(store, app.handle);
      app.url = running.url;
      try {
        await test(new AdapterContext(store, app));
      } finally {
        store.heal();
        await running.close();
      }
    } finally {
      await store.close();
    }
  }

  /** Returns a client without cookies. */
  visitor(): Client {
    return new Client(this.#app);
  }

  /** Returns a client whose session has this user and these fields. */
  async signedIn(user: string, fields: Record<string, unknown> = {}): Promise<Client> {
    const client = this.visitor();
    await client.visit((session) => {
      for (const [field, value] of Object.entries({ user, ...fields })) session.set(field, value);
    });
    const cookies = client.cookieNames.join(", ") || "none";
    assert.deepEqual(
      await client.read("user"),
      { user },
      "the request after a sign-in, sent with the cookies of its response, does not see the user " +
        `(cookies received: ${cookies})`,
    );
    return client;
  }

  /** Ends all sessions, like a sign-out on all devices in another process. */
  async endAll(): Promise<void> {
    await this.store.clear();
  }

  /** Returns the stored expiry of the only session, in epoch milliseconds. Fails if there is not exactly one. */
  async storedExpiry(): Promise<number> {
    const ids: string[] = [];
    for await (const id of this.store.ids()) ids.push(id);
    assert.equal(ids.length, 1, "the number of stored sessions");
    const record = await this.store.get(ids[0]!);
    assert.ok(record !== undefined, "the session is missing");
    return record.expiresAt;
  }
}
