import { randomBytes } from "node:crypto";
import { encrypted, type Codec } from "sessionary";
import { readSettings, type Settings } from "../fastify-login/settings.js";

export interface AccountSettings extends Settings {
  /** Encrypts what the store keeps. */
  codec: Codec;
  /** The demo users' first password. */
  demoPassword: string;
  /** Which variables were not set and got a random value. There are none in production. */
  random: string[];
}

/**
 * Reads the settings from environment variables; the README lists them.
 * @throws TypeError naming the variable that is not valid and what it takes.
 */
export function readAccountSettings(env: NodeJS.ProcessEnv): AccountSettings {
  const settings = readSettings(env);
  const random = env.SESSION_SECRET === undefined ? ["SESSION_SECRET"] : [];
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

/** `id:key,id:key`: the first key writes, all of them read. */
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
