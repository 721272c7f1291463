import { randomBytes } from "node:crypto";

export interface Settings {
  production: boolean;
  host: string;
  port: number;
  storeUrl: string;
  autopipelining: boolean;
  secret: string;
  trustProxy: string;
  logLevel: string;
}

/**
 * Reads the settings from environment variables; the README lists them.
 * @throws TypeError naming the variable that is not valid and what it takes.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const production = env.NODE_ENV === "production";
  return {
    production,
    host: env.HOST ?? "127.0.0.1",
    port: readPort(env.PORT ?? "3000"),
    storeUrl: env.SESSION_STORE ?? "memory:",
    autopipelining: readSwitch("SESSION_AUTOPIPELINE", env.SESSION_AUTOPIPELINE ?? "0"),
    secret: readSecret(env.SESSION_SECRET, production),
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
