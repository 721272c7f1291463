import { type RunningServer, startServer } from "../fastify-login/server.js";
import type { Settings } from "../fastify-login/settings.js";
import { RaceRunner } from "./race-runner.js";
import { racesRoutes } from "./routes.js";

/** Starts the login app together with the races. */
export async function startDemo(settings: Settings & { stepMs?: number }): Promise<RunningServer> {
  const runner = await RaceRunner.open(settings);
  try {
    return await startServer(settings, async (app) => {
      app.addHook("onClose", () => runner.close());
      await app.register(racesRoutes, { runner });
    });
  } catch (error) {
    await runner.close();
    throw error;
  }
}
