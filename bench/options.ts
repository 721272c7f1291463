import { parseArgs } from "node:util";
import { resolve } from "node:path";

export interface Options {
  /** Names of cases, or `undefined` for all. */
  cases?: string[];
  peers?: string[];
  actions?: string[];
  isQuick: boolean;
  rounds: number;
  otherBuild?: string;
  isHelp: boolean;
}

export const USAGE = `npm run bench -- [options]
  --case get,touch            only these cases (see --help for all)
  --peers connect-redis10     only these peers, beside ours
  --action read,write         only these requests of the http cases: anonymous, read, write, login
  --quick                     a short form: one size, few rounds, small numbers; nothing is written
  --rounds 35                 timed rounds of each peer, 0.1 s each; what takes seconds has a fifth of them
  --other ../before/dist      another build of sessionary, timed beside this one`;

/** @throws TypeError for an option that is not known or has a wrong value. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      case: { type: "string", multiple: true },
      peers: { type: "string", multiple: true },
      action: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      other: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 5 : 35));
  if (!Number.isInteger(rounds) || rounds < 1) throw new TypeError("--rounds must be a positive integer");
  const list = (given: string[] | undefined) => given?.flatMap((each) => each.split(","));
  const cases = list(values.case);
  const peers = list(values.peers);
  const actions = list(values.action);
  return {
    isQuick: values.quick,
    isHelp: values.help,
    rounds,
    ...(cases && { cases }),
    ...(peers && { peers }),
    ...(actions && { actions }),
    ...(values.other !== undefined && { otherBuild: resolve(values.other) }),
  };
}
