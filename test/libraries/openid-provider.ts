import { type CryptoKey, SignJWT, exportJWK, generateKeyPair } from "jose";
import { onTestFinished } from "vitest";
import { listen } from "../support/listen.js";

const CLIENT_ID = "shop";

/** An OpenID provider with what the implicit flow and the back-channel logout need. It knows no passwords. */
export class OpenIdProvider {
  readonly clientId = CLIENT_ID;
  readonly url: string;
  readonly #key: CryptoKey;
  #tokens = 0;

  private constructor(url: string, key: CryptoKey) {
    this.url = url;
    this.#key = key;
  }

  /** Starts a provider on a free loopback port. */
  static async start(): Promise<OpenIdProvider> {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(publicKey)), kid: "key", alg: "RS256", use: "sig" };
    const { url, close } = await listen((req, res) => {
      const body = req.url === "/jwks" ? { keys: [jwk] } : metadata(url);
      res.setHeader("content-type", "application/json").end(JSON.stringify(body));
    });
    onTestFinished(close);
    return new OpenIdProvider(url, privateKey);
  }

  /** Returns the fields that a browser submits to the app after a sign-in. */
  async signIn(authorizeUrl: string, user: { sub: string; sid: string }): Promise<Record<string, string>> {
    const { searchParams } = new URL(authorizeUrl);
    const [nonce, state] = [searchParams.get("nonce")!, searchParams.get("state")!];
    return { state, id_token: await this.#sign({ ...user, nonce }, "JWT") };
  }

  /** Returns a token that ends a session, or all sessions of a user. */
  logoutToken(who: { sub?: string; sid?: string }): Promise<string> {
    const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
    return this.#sign({ ...who, events, jti: `token-${++this.#tokens}` }, "logout+jwt");
  }

  #sign(claims: Record<string, unknown>, typ: string): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "key", typ })
      .setIssuer(this.url)
      .setAudience(CLIENT_ID)
      .setIssuedAt()
      .setExpirationTime("2m")
      .sign(this.#key);
  }
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["id_token"],
    response_modes_supported: ["form_post"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}
