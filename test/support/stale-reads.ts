import { Client } from "../sessions/client.js";

/** Number of rounds of a test that follows redirects at once. */
export const REDIRECTS = process.env.MODE === "full" ? 1_000 : 40;

/** Number of clients that share the rounds. */
const CLIENTS = 20;

/**
 * Follows redirects as soon as their headers arrive, as browsers do.
 * @param url adds one to a number in the session, and redirects to a page that shows it.
 * @returns the number of pages that show what was there before.
 */
export async function staleReads(url: string): Promise<number> {
  let stale = 0;
  const follow = async () => {
    const client = new Client();
    for (let step = 1; step <= REDIRECTS / CLIENTS; step++) {
      const response = await client.get(url);
      const shown = await (await client.get(response.headers.get("location")!)).text();
      if (shown !== String(step)) stale++;
      await response.text();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, follow));
  return stale;
}
