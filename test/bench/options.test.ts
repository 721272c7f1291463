import { describe, expect, it } from "vitest";
import { parseOptions } from "../../bench/options.js";

describe("npm run bench", () => {
  it("runs everything by default", () => {
    expect(parseOptions([])).toEqual({ isQuick: false, isHelp: false, rounds: 35 });
  });

  it("takes cases and peers by name, in one list or in several", () => {
    const { cases, peers } = parseOptions(["--case", "get,touch", "--case", "update", "--peers", "ioredis"]);
    expect({ cases, peers }).toEqual({ cases: ["get", "touch", "update"], peers: ["ioredis"] });
  });

  it("accepts the requests of the http cases by name", () => {
    expect(parseOptions(["--action", "read,write"])).toMatchObject({ actions: ["read", "write"] });
  });

  it("has a short form", () => {
    expect(parseOptions(["--quick"])).toMatchObject({ isQuick: true, rounds: 5 });
  });

  it.each([["--rounds", "0"], ["--rounds", "many"], ["--fast"]])("refuses %s %s", (...args) => {
    expect(() => parseOptions(args)).toThrow(TypeError);
  });
});
