import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves a handler of the Fetch API on a free loopback port. */
export async function serveFetch(
  handler: (request: Request) => Promise<Response>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((req, res) => {
    void (async () => {
      const { method = "GET", headers } = req;
      const body =
        method === "GET" || method === "HEAD" ? undefined : await new Response(req as never).arrayBuffer();
      const init = { method, headers: headers as Record<string, string>, ...(body && { body }) };
      const response = await handler(new Request(`http://127.0.0.1${req.url}`, init));
      res.statusCode = response.status;
      response.headers.forEach((value, name) => name !== "set-cookie" && res.setHeader(name, value));
      res.setHeader("set-cookie", response.headers.getSetCookie());
      res.end(Buffer.from(await response.arrayBuffer()));
    })().catch(() => res.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
