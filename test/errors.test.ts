import { expect, it } from "vitest";
import {
  SessionConflictError,
  StoreClosedError,
  StoreUnavailableError,
  TemporaryStoreError,
} from "sessionary";

it.each([
  new SessionConflictError({ data: {}, version: "1", expiresAt: 0 }),
  new StoreUnavailableError("unknown", "timeout", "no answer within 1000 ms"),
  new StoreClosedError(),
])("$name asks frameworks for status 503 and Retry-After", async (error) => {
  expect(error).toBeInstanceOf(TemporaryStoreError);
  expect(error).toMatchObject({
    statusCode: 503,
    status: 503,
    expose: false,
    headers: { "retry-after": "1" },
  });
  const response = error.getResponse();
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await response.text()).not.toContain(error.message);
});
