import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";

/** About how long sessionary takes to find a Redis that is back, in seconds. */
const RETRY_AFTER = "2";

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.code === "ERR_STORE_UNAVAILABLE") {
    request.log.warn(error);
    return reply.status(503).header("Retry-After", RETRY_AFTER).send({
      statusCode: 503,
      code: error.code,
      error: "Service Unavailable",
      message: "Sessions can't be reached at the moment. Try again soon.",
    });
  }
  const { statusCode = 500 } = error;
  if (statusCode >= 500) {
    request.log.error(error);
    return reply.status(500).send({
      statusCode: 500,
      code: "CUSTOM_ERR_INTERNAL_SERVER",
      error: "Internal Server Error",
      message: "Something went wrong in server.",
    });
  }
  request.log.info(error);
  return reply.status(statusCode).send(error);
}
