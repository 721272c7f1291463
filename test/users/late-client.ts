import type { Redis } from "ioredis";
import type { RedisServer } from "../support/redis-server.js";

const LATEST_MS = 5;

/** A client that sends each command a little later than it is told to: commands of one tick change order, too. */
export async function lateClient(server: RedisServer): Promise<Redis> {
  const client = server.client();
  await client.ping();
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command, stream) => {
    setTimeout(() => void send(command, stream), Math.random() ** 3 * LATEST_MS);
    return command.promise;
  };
  return client;
}
