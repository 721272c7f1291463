import { createSession } from "react-router";
import { createSession as createSession8 } from "react-router8";
import { expect, test, vi } from "vitest";
import { reactRouterCases } from "./react-router.cases.js";

vi.mock("react-router", () => import("react-router8"));

test("runs with React Router 8", () => {
  expect(createSession).toBe(createSession8);
});

reactRouterCases();
