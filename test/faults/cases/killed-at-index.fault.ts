import { startRedis, type RedisServer } from "../../support/redis-server.js";
import { Findings, type Profile, faultCase } from "../fault-case.js";
import { withRig } from "../support/rigs.js";
import { UserJudge } from "../support/user-judge.js";
import {
  type OperationName,
  type OptionsName,
  USER_OPERATIONS,
  USER_OPTIONS,
} from "../support/user-operations.js";
import { MEANWHILE, type MeanwhileName, type Plan, UserTrials } from "../support/user-trials.js";

/** So many operations one process has under way when it is killed. */
const AT_ONCE = 300;

faultCase(
  "lists every live session when the process is killed between a user's index and the record",
  (profile) => withRig(startRedis(), (server) => run(server, profile)),
);

async function run(server: RedisServer, profile: Profile) {
  const findings = new Findings();
  const trials = new UserTrials(server);
  const judge = new UserJudge(trials, server);
  const plans = await plansOf(trials, profile);
  await server.command("FLUSHALL");
  for (let start = 0; start < plans.length; start += AT_ONCE) {
    await judge.judge(await trials.run(plans.slice(start, start + AT_ONCE)));
  }
  // Others take a login for one that was killed after a minute. It may have been frozen only, and goes on.
  const frozen = plans.filter(({ meanwhile }) => meanwhile?.more === Infinity);
  for (let start = 0; start < frozen.length; start += AT_ONCE) {
    await judge.judge(await trials.run(frozen.slice(start, start + AT_ONCE), "a minute"));
  }
  await trials.close();
  judge.check(findings);
  return {
    counts: {
      "operations cut off": plans.length,
      "after another came between": plans.filter(({ meanwhile }) => meanwhile).length,
      "frozen for a minute": frozen.length,
      wrong: judge.wrong,
    },
    shortfalls: findings.shortfalls,
  };
}

/**
 * Each operation, cut off after each of its commands; and once more for everything that another server may
 * do at that moment, after which it goes on and is cut off later, or not at all.
 */
async function plansOf(trials: UserTrials, profile: Profile): Promise<Plan[]> {
  const plans: Plan[] = [];
  const all = Object.keys(USER_OPTIONS) as OptionsName[];
  const some = all.filter((options) => options !== "hashed ids"); // which have other names, and the same steps
  for (const options of profile.pick(all, some)) {
    for (const operation of Object.keys(USER_OPERATIONS) as OperationName[]) {
      const total = await trials.commandsOf(operation, options);
      for (let commands = 0; commands < total; commands++) {
        plans.push({ operation, options, commands });
        const rest = Array.from({ length: total - commands }, (_, i) => i + 1);
        for (const what of Object.keys(MEANWHILE) as MeanwhileName[]) {
          for (const more of [...profile.pick(rest, [1]), Infinity]) {
            plans.push({ operation, options, commands, meanwhile: { what, more } });
          }
        }
      }
    }
  }
  return plans;
}
