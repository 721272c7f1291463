import base from "../../vitest.config.js";

/** The tests that `npm run test:mutation:adapters` runs over each change of the adapters. */
export default {
  ...base,
  test: {
    ...base.test,
    include: ["test/adapters/**/*.test.ts"],
    exclude: ["test/adapters/{koa-session,react-router*}.test.ts"],
  },
};
