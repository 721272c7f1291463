import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { Readable } from "node:stream";

/** A client that keeps cookies, and follows no redirect. */
export class Client {
  readonly cookies = new Map<string, string>();

  /** @param url with the scheme "http2" for HTTP/2 without TLS. */
  async get(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = new Headers(init.headers);
    if (cookie !== "" && !headers.has("cookie")) headers.set("cookie", cookie);
    const send = url.startsWith("http2:") ? fetchHttp2 : fetch;
    const response = await send(url, { redirect: "manual", ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Returns a client with the same cookies, whose own changes to them stay apart. */
  twin(): Client {
    const twin = new Client();
    for (const [name, value] of this.cookies) twin.cookies.set(name, value);
    return twin;
  }

  #keep(line: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/; Max-Age=0(;|$)/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** Sends headers as they are, also a `Host` header, which `fetch` would replace. */
export async function getRaw(
  url: string,
  headers: Record<string, string>,
  agent?: http.Agent,
): Promise<{ status: number; setCookie: string[] }> {
  if (url.startsWith("http2:")) {
    const response = await fetchHttp2(url, { headers: new Headers(headers) });
    return { status: response.status, setCookie: response.headers.getSetCookie() };
  }
  const request = http.get(url, { headers, agent: agent ?? false });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  response.resume();
  await once(response, "end");
  return { status: response.statusCode!, setCookie: response.headers["set-cookie"] ?? [] };
}

/** Sends a request by HTTP/2, over a connection of its own. */
async function fetchHttp2(url: string, { method = "GET", headers, signal }: RequestInit): Promise<Response> {
  const { host, pathname } = new URL(url.replace("http2:", "http:"));
  const connection = http2.connect(`http://${host}`);
  const { host: authority = host, ...fields } = Object.fromEntries(headers as Headers);
  const head = { ":method": method, ":path": pathname, ":authority": authority, ...fields };
  const stream = connection.request(head, { ...(signal && { signal }) });
  stream.once("close", () => connection.close());
  const [received] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
  const answer = new Headers();
  for (const [name, value] of Object.entries(received)) {
    if (!name.startsWith(":")) for (const each of [value].flat()) answer.append(name, each!);
  }
  const status = Number(received[":status"]);
  const hasBody = method !== "HEAD" && ![204, 304].includes(status);
  if (!hasBody) stream.resume();
  return new Response(hasBody ? (Readable.toWeb(stream) as ReadableStream) : null, {
    status,
    headers: answer,
  });
}
