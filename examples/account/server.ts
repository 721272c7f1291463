import { buildApp } from "./app.js";
import { openSessions } from "./sessions.js";
import { readAccountSettings } from "./settings.js";
import { Users } from "./users.js";

const DEMO_USERS = ["ada", "grace"];

try {
  await start();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

/** Listens until Ctrl-C or SIGTERM. */
async function start(): Promise<void> {
  const settings = readAccountSettings(process.env);
  const { host, port, storeUrl, demoPassword, random } = settings;
  const users = new Users();
  for (const name of DEMO_USERS) await users.setPassword(name, demoPassword);

  const sessions = openSessions(settings);
  const app = await buildApp({ ...settings, sessions, users });
  app.addHook("onClose", () => sessions.close());
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void app.close());

  const url = await app.listen({ host, port }).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const scheme = storeUrl.slice(0, storeUrl.indexOf(":")); // the rest may hold a password
  console.log(`Listening at ${url} with sessions in ${scheme}. Ctrl-C ends it.`);
  if (random.length > 0) {
    console.log(`Not set, so random until this process ends: ${random.join(", ")}.`);
  }
  if (random.includes("DEMO_PASSWORD")) {
    console.log(`Sign in as ${DEMO_USERS.join(" or ")} with the password ${demoPassword}`);
  }
}
