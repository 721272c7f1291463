import express from "express";
import { type ConfigParams, auth } from "express-openid-connect";
import session from "express-session";
import { expressStore } from "sessionary/express-session";
import { describe, expect, it, onTestFinished } from "vitest";
import { SECRET } from "../adapters/support.js";
import { listen } from "../support/listen.js";
import { OpenIdProvider } from "./openid-provider.js";
import { OWN_STORE, SETUPS, type Setup, Visitor, storesOf } from "./support.js";

type Store = NonNullable<NonNullable<ConfigParams["session"]>["store"]>;

describe.each(SETUPS)("express-openid-connect with %s", (setup) => {
  const newStore = storesFor(setup);

  /** @returns a provider, the app's URL, and visitors that are signed in as one user. */
  async function start(sids: string[]) {
    const provider = await OpenIdProvider.start();
    const app = express();
    const { url, close } = await listen(app);
    onTestFinished(close);
    app.use(
      auth({
        issuerBaseURL: provider.url,
        baseURL: url,
        clientID: provider.clientId,
        secret: SECRET,
        authRequired: false,
        session: { store: newStore() },
        backchannelLogout: true,
      }),
    );
    app.get(
      "/",
      (req, res) => void res.send(req.oidc.isAuthenticated() ? String(req.oidc.user!.sub) : "nobody"),
    );

    async function signIn(sid: string): Promise<Visitor> {
      const visitor = new Visitor(url);
      const [, authorizeUrl = ""] = (await visitor.get("/login")).split(" ");
      const fields = await provider.signIn(authorizeUrl, { sub: "ann", sid });
      expect(await visitor.submit("/callback", fields)).toBe(`302 ${url}`);
      return visitor;
    }
    const logOut = async (who: { sub?: string; sid?: string }) =>
      new Visitor(url).submit("/backchannel-logout", { logout_token: await provider.logoutToken(who) });
    const visitors = await Promise.all(sids.map(signIn));
    const pages = () => Promise.all(visitors.map((visitor) => visitor.get("/")));
    return { signIn, logOut, pages };
  }

  it("signs out the session that a back-channel logout names, and no other", async () => {
    const { logOut, pages } = await start(["phone", "laptop"]);
    expect(await pages()).toEqual(["200 ann", "200 ann"]);
    expect(await logOut({ sid: "phone" })).toBe("204");
    expect(await pages()).toEqual(["200 nobody", "200 ann"]);
  });

  it("signs out two sessions whose logout tokens arrive at once", async () => {
    const { logOut, pages } = await start(["phone", "laptop", "tablet"]);
    const answers = await Promise.all(["phone", "laptop"].map((sid) => logOut({ sid })));
    expect(answers).toEqual(["204", "204"]);
    expect(await pages()).toEqual(["200 nobody", "200 nobody", "200 ann"]);
  });

  it("signs out a user whom two logout tokens name at once, until the next sign-in", async () => {
    const { signIn, logOut, pages } = await start(["phone", "laptop"]);
    const answers = await Promise.all(["phone", "laptop"].map((sid) => logOut({ sub: "ann", sid })));
    expect(answers).toEqual(["204", "204"]);
    expect(await pages()).toEqual(["200 nobody", "200 nobody"]);
    const again = await signIn("tv");
    expect(await again.get("/")).toBe("200 ann");
  });
});

/** For the describe block that it is called in. */
function storesFor(setup: Setup): () => Store {
  if (setup === OWN_STORE) return () => new session.MemoryStore() as unknown as Store;
  const newStore = storesOf(setup);
  return () => expressStore(newStore()) as unknown as Store;
}
