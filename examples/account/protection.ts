import type { FastifyInstance, FastifyRequest } from "fastify";
import { STYLE_HASH } from "./page.js";

/** Headers of every response. Browsers run and load nothing except the style of the page. */
const HEADERS = {
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src '${STYLE_HASH}'`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  // Not `no-referrer`: browsers would then send `Origin: null` with the app's own forms.
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store", // after a sign-out, "back" shows nothing
};
const HSTS = "max-age=31536000; includeSubDomains";

/** Sets the headers, and refuses changes that another site requests. In production it refuses plain http. */
export function protect(app: FastifyInstance, production: boolean): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    if (production) {
      reply.header("Strict-Transport-Security", HSTS);
      if (request.protocol !== "https") throw refusal("Use https.");
    }
    if (changesSomething(request) && request.headers.origin !== ownOrigin(request)) {
      throw refusal("This request did not come from a page of this site.");
    }
  });
}

const refusal = (message: string) => Object.assign(new Error(message), { statusCode: 403 });

const changesSomething = ({ method }: FastifyRequest) => method !== "GET" && method !== "HEAD";

/** Every browser sends `Origin` with a POST, and no page can change it. */
const ownOrigin = ({ protocol, host }: FastifyRequest) => `${protocol}://${host}`;
