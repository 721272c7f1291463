import { randomBytes } from "node:crypto";

export interface ServerSettings {
  production: boolean;
  host: string;
  port: number;
  storeUrl: string;
  trustProxy: string;
  logLevel: string;
}

export interface Settings extends ServerSettings {
  autopipelining: boolean;
  /** Signs the cookie. */
  secret: string;
}

/**
 * Reads the settings from environment variables; the README lists them.
 * @throws TypeError naming the variable that is not valid and what it takes.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const settings = readServerSettings(env);
  return {
    ...settings,
    autopipelining: readSwitch("SESSION_AUTOPIPELINE", env.SESSION_AUTOPIPELINE ?? "0"),
    secret: readSecret(env.SESSION_SECRET, settings.production),
  };
}

/**
 * Reads the settings that do not depend on how sessions are kept.
 * @throws TypeError that names the invalid variable and the accepted values.
 */
export function readServerSettings(env: NodeJS.ProcessEnv): ServerSettings {
  return {
    production: env.NODE_ENV === "production",
    host: env.HOST ?? "127.0.0.1",
    port: readPort(env.PORT ?? "3000"),
    storeUrl: env.SESSION_STORE ?? "memory:",
    trustProxy: env.TRUST_PROXY ?? "loopback",
    logLevel: env.LOG_LEVEL ?? "warn",
  };
}

function readSwitch(name: string, text: string): boolean {
  if (text === "1" || text === "true") return true;
  if (text === "0" || text === "false") return false;
  throw new TypeError(`${name} must be 1 or true, 0 or false`);
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new TypeError("PORT must be a number from 0 to 65535; 0 takes a free port");
  }
  return port;
}

function readSecret(secret: string | undefined, production: boolean): string {
  if (secret === undefined && !production) return randomBytes(32).toString("base64url");
  if (secret === undefined || secret.length < 32) {
    throw new TypeError("SESSION_SECRET must be set, to 32 characters or more that nobody can guess");
  }
  return secret;
}
