import { describe, expect, it } from "vitest";
import { readAccountSettings } from "../../../examples/account/settings.js";

const production = {
  NODE_ENV: "production",
  SESSION_KEYS: `2026:${Buffer.alloc(32).toString("base64")}`,
  DEMO_PASSWORD: "a password",
};

describe("readAccountSettings", () => {
  it("takes random secrets in development, and says which", () => {
    const [one, two] = [readAccountSettings({}), readAccountSettings({})];
    expect(one.random).toEqual(["SESSION_KEYS", "DEMO_PASSWORD"]);
    expect(one.demoPassword).not.toBe(two.demoPassword);
    const text = one.codec.encode({ n: 1 }, "id");
    expect(text).toMatch(/^enc1:random:/);
    expect(() => two.codec.decode(text, "id")).toThrow();
  });

  it("takes what the environment says", () => {
    const { random, demoPassword, production: isProduction, codec } = readAccountSettings(production);
    expect({ random, demoPassword, isProduction }).toEqual({
      random: [],
      demoPassword: "a password",
      isProduction: true,
    });
    expect(codec.encode({}, "id")).toMatch(/^enc1:2026:/);
    expect(() => codec.decode("{}", "id")).toThrow("not encrypted");
  });

  it.each([
    ["SESSION_KEYS", { ...production, SESSION_KEYS: undefined }],
    ["DEMO_PASSWORD", { ...production, DEMO_PASSWORD: undefined }],
    ["SESSION_KEYS", { SESSION_KEYS: "" }],
    ["SESSION_KEYS", { SESSION_KEYS: "2026" }],
    ["SESSION_KEYS", { SESSION_KEYS: "2026:c2hvcnQ=" }],
    ["SESSION_KEYS", { SESSION_KEYS: `${production.SESSION_KEYS},${production.SESSION_KEYS}` }],
    ["PORT", { PORT: "http" }],
  ])("names %s when it is missing or not valid: %j", (name, env: NodeJS.ProcessEnv) => {
    expect(() => readAccountSettings(env)).toThrow(TypeError);
    expect(() => readAccountSettings(env)).toThrow(`${name} must be`);
  });
});
