import type { InjectOptions, LightMyRequestResponse } from "fastify";

/** A server, as a browser sees it: the path of a request is its number. */
export interface App {
  cookieName: string;
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
}

let ids = 0;

/** Returns ids that are counted and not random: a seed must give the same interleaving again. */
export const newId = () => `session-${++ids}`;
