import { expect, it } from "vitest";
import { SessionConflictError, StoreClosedError, StoreUnavailableError } from "sessionary";

it.each([
  new SessionConflictError({ data: {}, version: "1", expiresAt: 0 }),
  new StoreUnavailableError("unknown", "timeout", "no answer within 1000 ms"),
  new StoreClosedError(),
])("$name asks frameworks for status 503 and Retry-After", (error) => {
  expect(error).toMatchObject({ statusCode: 503, headers: { "retry-after": "1" } });
});
