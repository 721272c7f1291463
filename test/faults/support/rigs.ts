import { ClusterRig } from "./cluster-rig.js";
import { SentinelRig } from "./sentinel-rig.js";
import { SingleRig } from "./single-rig.js";

/** A type and not an interface, so that `Object.values` knows what it gives. */
export type Rigs = {
  single: SingleRig;
  sentinel: SentinelRig;
  cluster: ClusterRig;
};

/** Servers of every mode, for as long as the task takes. */
export async function withRigs<R>(task: (rigs: Rigs) => Promise<R>): Promise<R> {
  const started = await Promise.allSettled([SingleRig.start(), SentinelRig.start(), ClusterRig.start()]);
  const rigs = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  try {
    const [single, sentinel, cluster] = started.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
    return await task({ single, sentinel, cluster } as Rigs);
  } finally {
    await Promise.all(rigs.map((rig) => rig.close()));
  }
}

export async function withRig<G extends { close(): Promise<unknown> }, R>(
  start: Promise<G>,
  task: (rig: G) => Promise<R>,
): Promise<R> {
  const rig = await start;
  try {
    return await task(rig);
  } finally {
    await rig.close();
  }
}
