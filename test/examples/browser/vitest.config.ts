import { defineConfig } from "vitest/config";
import root from "../../../vitest.config.js";

// What needs a Chromium, and so stays out of `npm test`: `npm run test:browser`.
export default defineConfig({
  ...root,
  test: { ...root.test, include: ["test/**/*.browser.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
