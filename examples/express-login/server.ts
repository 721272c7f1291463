import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { RunningServer } from "../fastify-login/server.js";
import type { Settings } from "../fastify-login/settings.js";
import { openStore } from "../fastify-login/store.js";
import { buildApp } from "./app.js";

export async function startServer(settings: Settings): Promise<RunningServer> {
  const { host, port } = settings;
  const { store, close } = openStore(settings);
  const server = buildApp({ ...settings, store }).listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    await close();
    throw error;
  }
  const closeAll = async () => {
    await promisify(server.close.bind(server))();
    await close();
  };
  const hostname = host.includes(":") ? `[${host}]` : host; // IPv6
  const url = `http://${hostname}:${(server.address() as AddressInfo).port}`;
  return { url, store, close: closeAll };
}
