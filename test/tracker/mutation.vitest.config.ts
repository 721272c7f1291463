import base from "../../vitest.config.js";

/** The tests that `npm run test:mutation` runs over each change of src/tracker. */
export default { ...base, test: { ...base.test, include: ["test/tracker/*.test.ts"] } };
