import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reactRouterCases } from "./react-router.cases.js";

test("runs with React Router 7", () => {
  const { version } = JSON.parse(readFileSync("node_modules/react-router/package.json", "utf8")) as {
    version: string;
  };
  expect(version).toMatch(/^7\./);
});

reactRouterCases();
