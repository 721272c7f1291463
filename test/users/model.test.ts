import { expect, it } from "vitest";
import { runUsersModel } from "./model.js";

const commands = Number(process.env.MODEL_COMMANDS ?? 5_000);
const seed = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));

// All of them: MODEL_COMMANDS=100000 (npm run test:users-model). A failure names its seed: MODEL_SEED=….
it(
  `memory, Redis and a Map give the same answers to ${commands} commands`,
  { timeout: 1_800_000 },
  async () => {
    const ran = await runUsersModel(seed, commands);
    expect(Object.keys(ran)).toHaveLength(9);
  },
);
