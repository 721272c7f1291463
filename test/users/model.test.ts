import { expect, it } from "vitest";
import { runUsersModel } from "./run-model.js";

// All of them: npm run test:users-model. A failure names its seed: MODEL_SEED=….
const most = process.env.MODE === "full" ? 100_000 : 5_000;
const commands = Number(process.env.MODEL_COMMANDS ?? most);
const seed = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));

it(
  `memory, Redis and a Map give the same answers to ${commands} commands`,
  { timeout: 1_800_000 },
  async () => {
    const ran = await runUsersModel(seed, commands);
    expect(Object.keys(ran)).toHaveLength(9);
  },
);
