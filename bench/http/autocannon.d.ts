/** What is used here of autocannon, which brings no types. */
declare module "autocannon" {
  interface Options {
    url: string;
    method: string;
    connections: number;
    /** In seconds. */
    duration?: number;
    /** How many requests, instead. */
    amount?: number;
    setupClient(client: { setHeaders(headers: Record<string, string>): void }): void;
  }
  interface Result {
    requests: { total: number };
    /** In ms. */
    latency: { p50: number; p99: number };
    /** In seconds. */
    duration: number;
    errors: number;
    non2xx: number;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
