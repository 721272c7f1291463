import { randomBytes } from "node:crypto";
import { encrypted, type Codec } from "sessionary";
import { readServerSettings, type ServerSettings } from "../fastify-login/settings.js";

export interface AccountSettings extends ServerSettings {
  /** Codec that encrypts the stored sessions. */
  codec: Codec;
  /** First password of the demo users. */
  demoPassword: string;
  /** Variables that were not set and have a random value. In production all must be set. */
  random: string[];
}

/**
 * Reads the settings from environment variables; the README lists them.
 * @throws TypeError that names the invalid variable and the accepted values.
 */
export function readAccountSettings(env: NodeJS.ProcessEnv): AccountSettings {
  const settings = readServerSettings(env);
  const random: string[] = [];
  const orRandom = (name: string, value: () => string) => {
    if (env[name] !== undefined) return env[name];
    if (settings.production) throw new TypeError(`${name} must be set in production`);
    random.push(name);
    return value();
  };
  const keys = orRandom("SESSION_KEYS", () => `random:${randomBytes(32).toString("base64")}`);
  const demoPassword = orRandom("DEMO_PASSWORD", () => randomBytes(12).toString("base64url"));
  return { ...settings, codec: readKeys(keys), demoPassword, random };
}

/** Reads keys such as `id:key,id:key`: the first key encrypts, all of them decrypt. */
function readKeys(text: string): Codec {
  const keys = text.split(",").map((each) => {
    const [id = "", key = ""] = each.split(":");
    return { id, key };
  });
  try {
    return encrypted({ keys, allowPlaintext: false });
  } catch {
    throw new TypeError(
      "SESSION_KEYS must be like 2026:<base64 of 32 bytes>, or several with commas between",
    );
  }
}
