import { afterAll, beforeAll, onTestFinished } from "vitest";
import { buildApp } from "../../../examples/account/app.js";
import { type AccountStore, openSessions } from "../../../examples/account/sessions.js";
import { readAccountSettings } from "../../../examples/account/settings.js";
import { Users } from "../../../examples/account/users.js";
import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { Device } from "./device.js";

export const PASSWORD = "correct horse battery staple";
export const NEXT_PASSWORD = "incorrect horse battery staple";

export interface Account {
  url: string;
  store: AccountStore;
  users: Users;
  /** A device that is signed in as ada, or as somebody else. */
  signedIn: (headers?: Record<string, string>, name?: string) => Promise<Device>;
}

/** Starts the example on a free port, with ada and grace; it ends with the test. */
export async function startAccount(env: NodeJS.ProcessEnv = {}): Promise<Account> {
  const settings = readAccountSettings({ PORT: "0", LOG_LEVEL: "silent", ...env });
  const users = new Users({ N: 2 }); // hashed as cheaply as can be
  for (const name of ["ada", "grace"]) await users.setPassword(name, PASSWORD);
  const sessions = openSessions(settings);
  const app = await buildApp({ ...settings, sessions, users });
  onTestFinished(async () => {
    await app.close();
    await sessions.close();
  });
  const url = await app.listen(settings);
  const signedIn: Account["signedIn"] = async (headers, name = "ada") => {
    const device = new Device(url, headers);
    const { path } = await device.signIn(name, PASSWORD);
    if (path !== "/") throw new Error(`signing in led to ${path}`);
    return device;
  };
  return { url, store: sessions.store, users, signedIn };
}

export const STORES = ["memory", "redis"] as const;

/** For the describe block that it is called in: starts the example on an empty store of this kind. */
export function accountsOn(kind: (typeof STORES)[number]): (env?: NodeJS.ProcessEnv) => Promise<Account> {
  if (kind === "memory") return startAccount;
  let server: RedisServer;
  let started = 0;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.close());
  return (env) => startAccount({ ...env, SESSION_STORE: `${server.url}?prefix=account-${++started}:` });
}
