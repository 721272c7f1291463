import type { FastifyInstance } from "fastify";
import type { SessionStore } from "sessionary";
import { buildApp } from "./app.js";
import type { Settings } from "./settings.js";
import { openStore } from "./store.js";

export interface RunningServer {
  url: string;
  store: SessionStore;
  /** Ends open requests, then the store. The process can exit then. */
  close: () => Promise<void>;
}

/** @param addRoutes adds what the server has beside the article's routes. */
export async function startServer(
  settings: Settings,
  addRoutes: (app: FastifyInstance) => Promise<void> = async () => {},
): Promise<RunningServer> {
  const { host, port, logLevel } = settings;
  const { store, close } = openStore(settings);
  const app = await buildApp({ ...settings, store, logger: { level: logLevel } });
  app.addHook("onClose", close);
  try {
    await addRoutes(app);
    const url = await app.listen({ host, port });
    return { url, store, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
