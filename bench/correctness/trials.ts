import { type Server, Visitor } from "./server.js";
import type { Stage } from "./stage.js";

/**
 * A slow request loads the session; another one logs out, and is answered; then the slow one writes its
 * field. How many of so many sessions are logged in again afterwards?
 */
export async function resurrected(server: Server, stage: Stage, trials: number): Promise<number> {
  let count = 0;
  for (let trial = 0; trial < trials; trial++) {
    const visitor = await Visitor.logIn(server.url);
    const meeting = `logout-${trial}`;
    const { allHere, go } = stage.meeting(meeting, 1);
    const slow = visitor.post(`/set/cart?meeting=${meeting}`);
    await allHere;
    await visitor.post("/logout");
    go();
    await slow;
    if ("user" in (await visitor.session())) count++;
  }
  return count;
}

/** Requests that hold one session at the same time each set a field of their own. How many are not there? */
export async function lostFields(server: Server, stage: Stage, requests: number): Promise<number> {
  const visitor = await Visitor.logIn(server.url);
  const { allHere, go } = stage.meeting("writes", requests);
  const fields = Array.from({ length: requests }, (_, n) => `field${n}`);
  const writes = fields.map((field) => visitor.post(`/set/${field}?meeting=writes`));
  await allHere;
  go();
  await Promise.all(writes);
  const session = await visitor.session();
  if (session.user !== "somebody") throw new Error("the session itself is lost");
  return fields.filter((field) => !(field in session)).length;
}
