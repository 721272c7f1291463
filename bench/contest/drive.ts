import type { Done, Held } from "../peers/peer.js";

/** Keeps `inFlight` calls under way for a while, each on sessions that no other one of them is at. */
export function drive(
  call: (held: Held, done: Done) => void,
  sessions: readonly Held[],
  { inFlight, forMs }: { inFlight: number; forMs: number },
): Promise<{ callsPerSecond: number; cpuMicrosPerCall: number }> {
  return new Promise((resolve, reject) => {
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    let calls = 0;
    let callers = inFlight;
    let isOver = false;
    const finish = () => {
      const { user, system } = process.cpuUsage(cpuBefore);
      resolve({
        callsPerSecond: calls / ((performance.now() - start) / 1_000),
        cpuMicrosPerCall: (user + system) / calls,
      });
    };
    for (let caller = 0; caller < inFlight; caller++) {
      let n = caller;
      const done = (error?: unknown) => {
        if (error) return reject(new Error("a call failed", { cause: error }));
        calls++;
        // The clock costs: look at it now and then.
        if (calls % 16 === 0 && performance.now() - start >= forMs) isOver = true;
        if (isOver) {
          if (--callers === 0) finish();
          return;
        }
        n += inFlight;
        if (n >= sessions.length) n = caller;
        call(sessions[n]!, done);
      };
      call(sessions[n]!, done);
    }
  });
}
