import { setTimeout as sleep } from "node:timers/promises";
import type { TcpProxy } from "../../test/support/tcp-proxy.js";
import { waitUntil } from "../../test/support/wait-until.js";
import { Stage } from "../correctness/stage.js";
import type { Probe } from "./probe.js";
import { type Answer, Visitor } from "./visitor.js";

/** So many visitors log out at each server. */
export const LOGOUTS = 10;
/** A client that was told of the loss of its connection knows of it by then. */
const NOTICED_MS = 100;

export interface CutOff {
  /** What is between Redis and the servers that are cut off. */
  proxy: TcpProxy;
  /** The database that a server keeps its sessions in, through that proxy. */
  urlFor(probe: Probe): string;
  lengthMs: number;
}

/**
 * Each probe's server has a twin with the same sessions. Slow requests have loaded their sessions at the
 * twin when it is cut off from Redis; they end with a save. The visitors log out at the other server, which
 * is well, and are answered. Then the twin is connected again.
 * @returns for each probe, how many of these visitors are logged in again afterwards.
 */
export async function undoneLogouts(probes: readonly Probe[], cut: CutOff): Promise<number[]> {
  const twins = await Promise.all(
    probes.map(async (probe) => {
      const stage = new Stage();
      const app = await probe.contender.serve(probe.framework, cut.urlFor(probe), stage);
      const visitors = await Promise.all(Array.from({ length: LOGOUTS }, () => Visitor.logIn(probe.url)));
      return { probe, stage, app, visitors };
    }),
  );
  try {
    const saves = twins.map(({ stage, app, visitors }) => {
      const { allHere, go } = stage.meeting("saves", LOGOUTS);
      const ended = Promise.all(visitors.map((visitor) => visitor.post(`${app.url}/cart?meeting=saves`)));
      return { allHere, go, ended };
    });
    await Promise.all(saves.map(({ allHere }) => allHere));
    cut.proxy.refuse();
    await sleep(NOTICED_MS);
    for (const { go } of saves) go();
    await Promise.all(
      twins.flatMap(({ probe, visitors }) =>
        visitors.map(async (visitor) => {
          const status = await visitor.post(`${probe.url}/logout`);
          if (status !== 204) throw new Error(`a logout was answered with ${status}`);
        }),
      ),
    );
    await sleep(cut.lengthMs - NOTICED_MS);
    await cut.proxy.heal();
    await Promise.all(saves.map(({ ended }) => ended));
    return await Promise.all(
      twins.map(async ({ probe, app, visitors }) => {
        // What the twin had kept back is sent before this.
        const late = await Visitor.logIn(probe.url);
        const signal = AbortSignal.timeout(20_000);
        await waitUntil("the twin is served", async () => isIn(await late.me(app.url, signal)));
        const answers = await Promise.all(visitors.map((visitor) => visitor.me(probe.url, signal)));
        return answers.filter(isIn).length;
      }),
    );
  } finally {
    for (const { app } of twins) await app.close();
  }
}

function isIn(answer: Answer): boolean {
  return answer === "200 (logged in)";
}
