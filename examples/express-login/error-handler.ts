import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler, RequestHandler } from "express";

/** About how long sessionary takes to find a Redis that is back, in seconds. */
const RETRY_AFTER = "2";

interface AppError extends Error {
  statusCode?: number;
  code?: string;
}

/** As JSON, like every other answer; Express's own would be a page. */
export const answerNotFound: RequestHandler = ({ method, originalUrl }, _res, next) => {
  next(Object.assign(new Error(`Route ${method}:${originalUrl} not found`), { statusCode: 404 }));
};

// Express knows an error handler by its four parameters.
export const answerError: ErrorRequestHandler = (error: AppError, req, res, next) => {
  if (res.headersSent) return next(error);
  if (error.code === "ERR_STORE_UNAVAILABLE") {
    console.warn(error.message);
    leaveSessionAlone(req);
    res.status(503).set("Retry-After", RETRY_AFTER).json({
      statusCode: 503,
      code: error.code,
      error: "Service Unavailable",
      message: "Sessions can't be reached at the moment. Try again soon.",
    });
    return;
  }
  const { statusCode = 500, code, message } = error;
  if (statusCode >= 500) {
    console.error(error);
    res.status(500).json({
      statusCode: 500,
      code: "CUSTOM_ERR_INTERNAL_SERVER",
      error: "Internal Server Error",
      message: "Something went wrong in server.",
    });
    return;
  }
  res.status(statusCode).json({ statusCode, code, error: STATUS_CODES[statusCode], message });
};

/**
 * Without a session on the request, express-session neither saves nor sends a cookie: a login that failed
 * after it had made a new id would otherwise replace the browser's.
 */
function leaveSessionAlone(req: { session: unknown }): void {
  req.session = undefined;
}
