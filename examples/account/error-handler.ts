import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { html } from "./html.js";
import { page } from "./page.js";

/** Time that the store needs to notice that Redis is back, in seconds. */
const RETRY_AFTER = "2";

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.code === "ERR_STORE_UNAVAILABLE") {
    request.log.warn(error);
    reply.header("Retry-After", RETRY_AFTER);
    return answer(request, reply, 503, "The sessions are not available at the moment. Try again soon.");
  }
  const { statusCode = 500, message } = error;
  if (statusCode >= 500) {
    request.log.error(error);
    return answer(request, reply, 500, "Something went wrong.");
  }
  request.log.info(error);
  return answer(request, reply, statusCode, message);
}

function answer({ user }: FastifyRequest, reply: FastifyReply, status: number, text: string): FastifyReply {
  const content = html`<p>${text}</p>
    <p><a href="/">Your devices</a></p>`;
  return reply
    .status(status)
    .type("text/html; charset=utf-8")
    .send(page(STATUS_CODES[status] ?? "Error", user, content));
}
