import { defineConfig } from "vitest/config";
import root from "../../vitest.config.js";
import { overIoredis5 } from "./support/ioredis5-plugin.js";

// What breaks real servers and takes minutes, and so stays out of `npm test`: `npm run test:faults`.
export default defineConfig({
  ...root,
  plugins: [overIoredis5],
  test: {
    ...root.test,
    include: ["test/faults/cases/*.fault.ts"],
    // One case at a time, in one process: each measures deadlines and counts what the process holds on to.
    fileParallelism: false,
    isolate: false,
    testTimeout: 30 * 60_000,
    disableConsoleIntercept: true,
  },
});
