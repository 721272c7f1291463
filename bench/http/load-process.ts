// autocannon in a process of its own: its work is not in the server's figures.
import autocannon from "autocannon";
import { serve } from "../children/serve.js";

export interface LoadRequest {
  url: string;
  method: "GET" | "POST";
  /** One for each connection; empty for none. */
  cookies: string[];
  seconds: number;
  /** Makes so many requests, instead of as many as the time allows. */
  requests?: number;
}
export interface Load {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

serve(async ({ url, method, cookies, seconds, requests: amount }: LoadRequest): Promise<Load> => {
  let connection = 0;
  const { requests, latency, duration, errors, non2xx } = await autocannon({
    url,
    method,
    connections: cookies.length,
    ...(amount === undefined ? { duration: seconds } : { amount }),
    setupClient: (client) => {
      const cookie = cookies[connection++ % cookies.length]!;
      client.setHeaders(cookie === "" ? {} : { cookie });
    },
  });
  if (errors + non2xx > 0) throw new Error(`${errors} requests failed, ${non2xx} were not answered with 2xx`);
  return {
    requests: requests.total,
    requestsPerSecond: requests.total / duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
  };
});
