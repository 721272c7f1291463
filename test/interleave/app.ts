/** A server, as a browser sees it: the path of a request is its number. */
export interface App {
  cookieName: string;
  inject(request: { url: string; cookies: Record<string, string> }): Promise<Received>;
}

/** A response that a browser received. */
interface Received {
  statusCode: number;
  body: string;
  cookies: { name: string; value: string }[];
}

let ids = 0;

/** Returns ids that are counted and not random: a seed must give the same interleaving again. */
export const newId = () => `session-${++ids}`;
